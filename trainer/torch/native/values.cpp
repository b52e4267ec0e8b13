#include "internal.h"

#include <ATen/core/List.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

struct Status {
  Kind kind;
  char* text;
};

namespace {
std::atomic<int64_t> live_tensors{0};

// Used when there is no memory left to describe a failure with; never freed.
char no_memory_text[] = "out of memory";
Status no_memory{kOutOfMemory, no_memory_text};

template <class T>
c10::List<T> list_of(const T* items, int32_t count) {
  c10::List<T> list;
  list.reserve(count);
  for (int32_t i = 0; i < count; ++i) list.push_back(items[i]);
  return list;
}
} // namespace

Status* make_status(Kind kind, const char* text) noexcept {
  auto* status = static_cast<Status*>(std::malloc(sizeof(Status)));
  char* copy = strdup(text ? text : "");
  if (!status || !copy) {
    std::free(status);
    std::free(copy);
    return &no_memory;
  }
  *status = {kind, copy};
  return status;
}

RS_API int32_t rs_status_kind(const Status* status) { return status->kind; }
RS_API const char* rs_status_text(const Status* status) { return status->text; }

RS_API void rs_status_free(Status* status) {
  if (!status || status == &no_memory) return;
  std::free(status->text);
  std::free(status);
}

TensorRef to_handle(at::Tensor tensor) noexcept {
  if (!tensor.defined()) return nullptr;
  live_tensors.fetch_add(1, std::memory_order_relaxed);
  return tensor.unsafeReleaseTensorImpl();
}

at::Tensor from_handle(TensorRef handle) noexcept {
  if (!handle) return at::Tensor();
  c10::raw::intrusive_ptr::incref(handle);
  return at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim(handle));
}

RS_API void rs_tensor_free(TensorRef handle) {
  if (!handle) return;
  live_tensors.fetch_sub(1, std::memory_order_relaxed);
  auto owner = c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim(handle);
}

RS_API int64_t rs_live_tensors() { return live_tensors.load(std::memory_order_relaxed); }

c10::IValue to_ivalue(const Value& value) {
  const void* data = reinterpret_cast<const void*>(value.bits);
  switch (value.tag) {
    case kTagNone:
      return c10::IValue();
    case kTagTensor:
      return c10::IValue(from_handle(reinterpret_cast<TensorRef>(value.bits)));
    case kTagInt:
      return c10::IValue(value.bits);
    case kTagDouble: {
      double number;
      std::memcpy(&number, &value.bits, sizeof number);
      return c10::IValue(number);
    }
    case kTagBool:
      return c10::IValue(value.bits != 0);
    case kTagIntList:
      return c10::IValue(list_of(static_cast<const int64_t*>(data), value.count));
    case kTagDoubleList:
      return c10::IValue(list_of(static_cast<const double*>(data), value.count));
    case kTagBoolList: {
      auto* items = static_cast<const uint8_t*>(data);
      c10::List<bool> list;
      for (int32_t i = 0; i < value.count; ++i) list.push_back(items[i] != 0);
      return c10::IValue(std::move(list));
    }
    case kTagTensorList: {
      auto* items = static_cast<const TensorRef*>(data);
      c10::List<at::Tensor> list;
      list.reserve(value.count);
      for (int32_t i = 0; i < value.count; ++i) list.push_back(from_handle(items[i]));
      return c10::IValue(std::move(list));
    }
    case kTagOptionalTensorList: {
      auto* items = static_cast<const TensorRef*>(data);
      c10::List<Optional<at::Tensor>> list;
      list.reserve(value.count);
      for (int32_t i = 0; i < value.count; ++i)
        list.push_back(items[i] ? Optional<at::Tensor>(from_handle(items[i])) : Optional<at::Tensor>());
      return c10::IValue(std::move(list));
    }
    case kTagGenerator:
      return c10::IValue(static_cast<const GeneratorHandle*>(data)->value);
    case kTagString:
      return c10::IValue(std::string(static_cast<const char*>(data), value.count));
    case kTagDevice:
      return c10::IValue(c10::Device(
          static_cast<c10::DeviceType>(static_cast<int32_t>(value.bits & 0xffffffff)),
          static_cast<c10::DeviceIndex>(static_cast<int32_t>(value.bits >> 32))));
    default:
      TORCH_CHECK(false, "RoadSeg.Torch: argument of unknown tag ", value.tag);
  }
}
