// The C boundary of RoadSeg.Torch: what trainer/torch/Interop/NativeMethods.cs imports, and nothing else.
// Every function returns null or a Status that the caller reads and frees with rs_status_free.
#pragma once

#include <cstdint>

#define RS_API extern "C" __attribute__((visibility("default")))

// Raised with any change of a signature or of Value: the C# side refuses another number.
constexpr int32_t kAbiVersion = 1;

struct Status;

enum Kind : int32_t { kGeneral = 1, kOutOfMemory = 2, kNotAvailable = 3 };

// Numbers are shared with Interop/Arg.cs.
enum Tag : int32_t {
  kTagDefault = 0,            // take the schema's default
  kTagNone = 1,
  kTagTensor = 2,             // bits: TensorImpl*
  kTagInt = 3,
  kTagDouble = 4,             // bits: the double's bits
  kTagBool = 5,
  kTagIntList = 6,            // bits: int64_t*, count
  kTagDoubleList = 7,         // bits: double*, count
  kTagTensorList = 8,         // bits: TensorImpl**, count
  kTagOptionalTensorList = 9, // as kTagTensorList, null entries are none
  kTagGenerator = 10,         // bits: GeneratorHandle*
  kTagString = 11,            // bits: const char* (UTF-8), count
  kTagDevice = 12,            // bits: type in the low 32, index in the high 32
  kTagBoolList = 13,          // bits: uint8_t*, count
};

struct Value {
  int32_t tag;
  int32_t count;
  int64_t bits;
};

struct TensorInfo {
  int64_t numel;
  int64_t storage_offset;
  int64_t element_size;
  int32_t dim;
  int32_t dtype;
  int32_t device_type;
  int32_t device_index;
  int32_t layout;
  int32_t flags; // 1 requires_grad, 2 is_leaf, 4 contiguous, 8 channels_last contiguous, 16 has storage
};
