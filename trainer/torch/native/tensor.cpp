// What is not an operator: metadata, raw memory, autograd.
#include "internal.h"

#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

namespace {
std::vector<at::Tensor> tensors(const TensorRef* items, int32_t count) {
  std::vector<at::Tensor> list;
  list.reserve(count);
  for (int32_t i = 0; i < count; ++i) list.push_back(from_handle(items[i]));
  return list;
}
} // namespace

RS_API Status* rs_tensor_describe(TensorRef handle, TensorInfo* info, int64_t* sizes, int64_t* strides, int32_t capacity) {
  return guarded([&] {
    auto t = from_handle(handle);
    info->numel = t.numel();
    info->dim = static_cast<int32_t>(t.dim());
    info->dtype = static_cast<int32_t>(t.scalar_type());
    info->device_type = static_cast<int32_t>(t.device().type());
    info->device_index = t.device().index();
    info->layout = static_cast<int32_t>(t.layout());
    info->element_size = static_cast<int64_t>(t.element_size());
    const bool strided = t.layout() == c10::kStrided;
    info->storage_offset = strided ? t.storage_offset() : 0;
    info->flags = (t.requires_grad() ? 1 : 0) | (t.is_leaf() ? 2 : 0) | (strided && t.is_contiguous() ? 4 : 0) |
        (strided && t.is_contiguous(at::MemoryFormat::ChannelsLast) ? 8 : 0) | (t.has_storage() ? 16 : 0);
    for (int64_t d = 0, n = std::min<int64_t>(t.dim(), capacity); d < n; ++d) {
      if (sizes) sizes[d] = t.size(d);
      if (strides) strides[d] = strided ? t.stride(d) : 0;
    }
  });
}

RS_API Status* rs_tensor_data(TensorRef handle, void** data) {
  return guarded([&] { *data = from_handle(handle).data_ptr(); });
}

// A second handle to the same tensor: the same storage, the same gradient.
RS_API Status* rs_tensor_alias(TensorRef handle, TensorRef* alias) {
  return guarded([&] { *alias = to_handle(from_handle(handle)); });
}

RS_API Status* rs_tensor_set_data(TensorRef handle, TensorRef data) {
  return guarded([&] { from_handle(handle).set_data(from_handle(data)); });
}

RS_API Status* rs_tensor_set_requires_grad(TensorRef handle, int32_t value) {
  return guarded([&] { from_handle(handle).set_requires_grad(value != 0); });
}

RS_API Status* rs_tensor_retain_grad(TensorRef handle) {
  return guarded([&] { from_handle(handle).retain_grad(); });
}

RS_API Status* rs_tensor_grad(TensorRef handle, TensorRef* grad) {
  return guarded([&] { *grad = to_handle(from_handle(handle).grad()); });
}

RS_API Status* rs_tensor_set_grad(TensorRef handle, TensorRef grad) {
  return guarded([&] { from_handle(handle).mutable_grad() = from_handle(grad); });
}

RS_API Status* rs_backward(
    const TensorRef* roots, const TensorRef* grads, int32_t count, const TensorRef* inputs, int32_t ninputs,
    int32_t retain_graph, int32_t create_graph) {
  return guarded([&] {
    torch::autograd::backward(
        tensors(roots, count), grads ? tensors(grads, count) : std::vector<at::Tensor>{}, retain_graph != 0,
        create_graph != 0, tensors(inputs, ninputs));
  });
}

// results has room for ninputs handles; an input that was not used gets null when allow_unused is set.
RS_API Status* rs_grad(
    const TensorRef* outputs, const TensorRef* grads, int32_t count, const TensorRef* inputs, int32_t ninputs,
    int32_t retain_graph, int32_t create_graph, int32_t allow_unused, TensorRef* results) {
  return guarded([&] {
    auto computed = torch::autograd::grad(
        tensors(outputs, count), tensors(inputs, ninputs), grads ? tensors(grads, count) : std::vector<at::Tensor>{},
        retain_graph != 0, create_graph != 0, allow_unused != 0);
    for (int32_t i = 0; i < ninputs; ++i) results[i] = to_handle(std::move(computed[i]));
  });
}

RS_API int32_t rs_grad_mode() { return c10::GradMode::is_enabled(); }
RS_API void rs_set_grad_mode(int32_t enabled) { c10::GradMode::set_enabled(enabled != 0); }

RS_API int32_t rs_inference_mode() { return c10::InferenceMode::is_enabled(); }

// Guards belong to the thread that made them and end in the reverse order.
RS_API Status* rs_inference_mode_enter(int32_t enabled, void** guard) {
  return guarded([&] { *guard = new c10::InferenceMode(enabled != 0); });
}

RS_API void rs_inference_mode_leave(void* guard) { delete static_cast<c10::InferenceMode*>(guard); }
