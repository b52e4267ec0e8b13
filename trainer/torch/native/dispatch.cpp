// Calls any ATen operator by name through the dispatcher's boxed call: one function instead of one wrapper per operator.
#include "internal.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>

#include <cstring>

namespace {
using Operator = c10::OperatorHandle;

Value from_double(double number) {
  Value value{kTagDouble, 0, 0};
  std::memcpy(&value.bits, &number, sizeof number);
  return value;
}

Value from_ivalue(c10::IValue&& result) {
  if (result.isNone()) return {kTagNone, 0, 0};
  if (result.isTensor()) return {kTagTensor, 0, reinterpret_cast<int64_t>(to_handle(std::move(result).toTensor()))};
  if (result.isInt()) return {kTagInt, 0, result.toInt()};
  if (result.isBool()) return {kTagBool, 0, result.toBool()};
  if (result.isDouble()) return from_double(result.toDouble());
  if (result.isTensorList()) {
    auto list = std::move(result).toTensorVector();
    auto* items = new TensorRef[list.size()];
    for (size_t i = 0; i < list.size(); ++i) items[i] = to_handle(std::move(list[i]));
    return {kTagTensorList, static_cast<int32_t>(list.size()), reinterpret_cast<int64_t>(items)};
  }
  TORCH_CHECK(false, "RoadSeg.Torch: the operator's result type ", result.tagKind(), " is not handled");
}
} // namespace

// Operators live as long as the process: the caller resolves each once and keeps it.
RS_API Status* rs_operator_find(const char* name, const char* overload, const Operator** op) {
  return guarded([&] { *op = new Operator(c10::Dispatcher::singleton().findSchemaOrThrow(name, overload)); });
}

RS_API Status* rs_operator_call(
    const Operator* op, const Value* args, int32_t nargs, Value* results, int32_t capacity, int32_t* nresults) {
  return guarded([&] {
    const auto& schema = op->schema();
    const auto& declared = schema.arguments();
    TORCH_CHECK(
        static_cast<size_t>(nargs) <= declared.size(), "RoadSeg.Torch: ", schema.name(), " takes ", declared.size(),
        " arguments, got ", nargs);
    TORCH_CHECK(schema.returns().size() <= static_cast<size_t>(capacity), "RoadSeg.Torch: too many results");
    torch::jit::Stack stack;
    stack.reserve(declared.size());
    for (size_t i = 0; i < declared.size(); ++i) {
      if (i < static_cast<size_t>(nargs) && args[i].tag != kTagDefault) {
        stack.push_back(to_ivalue(args[i]));
        continue;
      }
      const auto& fallback = declared[i].default_value();
      TORCH_CHECK(fallback.has_value(), "RoadSeg.Torch: ", schema.name(), " needs its argument ", declared[i].name());
      stack.push_back(*fallback);
    }
    op->callBoxed(stack);
    int32_t n = 0;
    for (auto& result : stack) results[n++] = from_ivalue(std::move(result));
    *nresults = n;
  });
}

RS_API void rs_tensor_list_free(TensorRef* items) { delete[] items; }
