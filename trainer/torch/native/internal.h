// Shared by the shim's own sources: status, tensor handles, conversions.
#pragma once

#include "roadseg_torch.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/Generator.h>
#include <ATen/core/ivalue.h>
#include <torch/version.h>

#include <exception>
#include <string>

#define RS_TORCH_AT_LEAST(major, minor) \
  (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

#if RS_TORCH_AT_LEAST(2, 4)
#include <optional>
template <class T> using Optional = std::optional<T>;
#else
#include <c10/util/Optional.h>
template <class T> using Optional = c10::optional<T>;
#endif

struct GeneratorHandle {
  at::Generator value;
};

Status* make_status(Kind kind, const char* text) noexcept;

struct NotAvailable : std::exception {
  std::string text;
  explicit NotAvailable(std::string t) : text(std::move(t)) {}
  const char* what() const noexcept override { return text.c_str(); }
};

// The only way out of the shim: no exception of any kind crosses the C boundary.
template <class Body>
Status* guarded(Body&& body) noexcept {
  try {
    body();
    return nullptr;
#if RS_TORCH_AT_LEAST(2, 0)
  } catch (const c10::OutOfMemoryError& e) {
    return make_status(kOutOfMemory, e.what_without_backtrace());
#endif
  } catch (const NotAvailable& e) {
    return make_status(kNotAvailable, e.what());
  } catch (const c10::Error& e) {
    return make_status(kGeneral, e.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    return make_status(kOutOfMemory, "out of memory");
  } catch (const std::exception& e) {
    return make_status(kGeneral, e.what());
  } catch (...) {
    return make_status(kGeneral, "an exception of an unknown type");
  }
}

using TensorRef = c10::TensorImpl*;

// Hands a reference to the caller, who gives it back with rs_tensor_free. An undefined tensor is null.
TensorRef to_handle(at::Tensor tensor) noexcept;

// A counted view of a handle that the caller keeps.
at::Tensor from_handle(TensorRef handle) noexcept;

c10::IValue to_ivalue(const Value& value);
