// The process around the tensors: versions, threads, devices, generators, autocast.
#include "internal.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/autocast_mode.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#if RS_TORCH_AT_LEAST(2, 9)
#include <c10/core/CachingDeviceAllocator.h>
#endif

#include <cstring>
#include <mutex>

namespace {
void copy_text(const std::string& text, char* buffer, int32_t capacity) {
  std::strncpy(buffer, text.c_str(), capacity - 1);
  buffer[capacity - 1] = 0;
}

// The version of the library that was loaded, which need not be the one whose headers were used.
std::string loaded_version() {
  const std::string config = at::show_config(), key = "TORCH_VERSION=";
  const auto start = config.find(key);
  if (start == std::string::npos) return "";
  const auto from = start + key.size();
  return config.substr(from, config.find_first_of(", \n", from) - from);
}

bool has_cuda_devices() {
  return c10::impl::hasDeviceGuardImpl(c10::DeviceType::CUDA) &&
      c10::impl::getDeviceGuardImpl(c10::DeviceType::CUDA)->deviceCount() > 0;
}

c10::Device device_of(int32_t type, int32_t index) {
  return c10::Device(static_cast<c10::DeviceType>(type), static_cast<c10::DeviceIndex>(index));
}
} // namespace

RS_API int32_t rs_abi_version() { return kAbiVersion; }

RS_API Status* rs_versions(char* built, char* loaded, int32_t capacity) {
  return guarded([&] {
    copy_text(TORCH_VERSION, built, capacity);
    copy_text(loaded_version(), loaded, capacity);
  });
}

RS_API Status* rs_set_num_threads(int32_t n) {
  return guarded([&] { at::set_num_threads(n); });
}

RS_API int32_t rs_get_num_threads() { return at::get_num_threads(); }

RS_API Status* rs_set_num_interop_threads(int32_t n) {
  return guarded([&] { at::set_num_interop_threads(n); });
}

RS_API int32_t rs_get_num_interop_threads() { return static_cast<int32_t>(at::get_num_interop_threads()); }

RS_API int32_t rs_cuda_device_count() {
  return has_cuda_devices() ? c10::impl::getDeviceGuardImpl(c10::DeviceType::CUDA)->deviceCount() : 0;
}

RS_API int32_t rs_cudnn_available() { return has_cuda_devices() && at::globalContext().hasCuDNN(); }

RS_API Status* rs_cuda_synchronize(int32_t index) {
  return guarded([&] {
    if (!has_cuda_devices()) throw NotAvailable("there is no CUDA device");
    const auto* guard = c10::impl::getDeviceGuardImpl(c10::DeviceType::CUDA);
    at::detail::getCUDAHooks().deviceSynchronize(index < 0 ? guard->getDevice().index() : index);
  });
}

// peak and current are bytes in live allocations of the caching allocator; not every libtorch can tell.
RS_API Status* rs_cuda_memory(int32_t index, int64_t* current, int64_t* peak, int64_t* reserved) {
  return guarded([&] {
    if (!has_cuda_devices()) throw NotAvailable("there is no CUDA device");
#if RS_TORCH_AT_LEAST(2, 9)
    const auto device = static_cast<c10::DeviceIndex>(index < 0 ? 0 : index);
    const auto stats = at::getDeviceAllocator(c10::DeviceType::CUDA)->getDeviceStats(device);
    *current = stats.allocated_bytes[0].current;
    *peak = stats.allocated_bytes[0].peak;
    *reserved = stats.reserved_bytes[0].current;
#else
    throw NotAvailable("memory statistics need libtorch 2.9 or newer");
#endif
  });
}

RS_API Status* rs_set_deterministic(int32_t on) {
  return guarded([&] {
    at::globalContext().setDeterministicAlgorithms(on != 0, /*warn_only=*/true);
    at::globalContext().setDeterministicCuDNN(on != 0);
    at::globalContext().setBenchmarkCuDNN(on == 0);
  });
}

RS_API Status* rs_manual_seed(uint64_t seed) {
  return guarded([&] {
    auto seed_one = [&](c10::Device device) {
      auto generator = at::globalContext().defaultGenerator(device);
      std::lock_guard<std::mutex> lock(generator.mutex());
      generator.set_current_seed(seed);
    };
    seed_one(c10::Device(c10::DeviceType::CPU));
    for (int32_t i = 0, n = rs_cuda_device_count(); i < n; ++i) seed_one(device_of(1, i));
  });
}

RS_API Status* rs_generator_default(int32_t type, int32_t index, GeneratorHandle** generator) {
  return guarded([&] { *generator = new GeneratorHandle{at::globalContext().defaultGenerator(device_of(type, index))}; });
}

RS_API Status* rs_generator_new(int32_t type, int32_t index, uint64_t seed, GeneratorHandle** generator) {
  return guarded([&] {
    auto fresh = at::globalContext().defaultGenerator(device_of(type, index)).clone();
    fresh.set_current_seed(seed);
    *generator = new GeneratorHandle{fresh};
  });
}

RS_API void rs_generator_free(GeneratorHandle* generator) { delete generator; }

RS_API Status* rs_generator_set_seed(GeneratorHandle* generator, uint64_t seed) {
  return guarded([&] {
    std::lock_guard<std::mutex> lock(generator->value.mutex());
    generator->value.set_current_seed(seed);
  });
}

RS_API Status* rs_generator_current_seed(GeneratorHandle* generator, uint64_t* seed) {
  return guarded([&] {
    std::lock_guard<std::mutex> lock(generator->value.mutex());
    *seed = generator->value.current_seed();
  });
}

// Reseeds from the system's entropy and returns the seed.
RS_API Status* rs_generator_reseed(GeneratorHandle* generator, uint64_t* seed) {
  return guarded([&] {
    std::lock_guard<std::mutex> lock(generator->value.mutex());
    *seed = generator->value.seed();
  });
}

RS_API Status* rs_generator_get_state(GeneratorHandle* generator, TensorRef* state) {
  return guarded([&] {
    std::lock_guard<std::mutex> lock(generator->value.mutex());
    *state = to_handle(generator->value.get_state());
  });
}

RS_API Status* rs_generator_set_state(GeneratorHandle* generator, TensorRef state) {
  return guarded([&] {
    std::lock_guard<std::mutex> lock(generator->value.mutex());
    generator->value.set_state(from_handle(state));
  });
}

RS_API Status* rs_autocast_get(int32_t device_type, int32_t* enabled, int32_t* dtype) {
  return guarded([&] {
#if RS_TORCH_AT_LEAST(2, 4)
    const auto type = static_cast<c10::DeviceType>(device_type);
    *enabled = at::autocast::is_autocast_enabled(type);
    *dtype = static_cast<int32_t>(at::autocast::get_autocast_dtype(type));
#else
    const bool cuda = device_type == static_cast<int32_t>(c10::DeviceType::CUDA);
    *enabled = cuda ? at::autocast::is_enabled() : at::autocast::is_cpu_enabled();
    *dtype = static_cast<int32_t>(cuda ? at::autocast::get_autocast_gpu_dtype() : at::autocast::get_autocast_cpu_dtype());
#endif
  });
}

// nesting is +1 on entry and -1 on leaving: the cache of cast weights dies with the outermost scope.
RS_API Status* rs_autocast_set(int32_t device_type, int32_t enabled, int32_t dtype, int32_t nesting) {
  return guarded([&] {
    const auto scalar = static_cast<at::ScalarType>(dtype);
#if RS_TORCH_AT_LEAST(2, 4)
    const auto type = static_cast<c10::DeviceType>(device_type);
    at::autocast::set_autocast_enabled(type, enabled != 0);
    at::autocast::set_autocast_dtype(type, scalar);
#else
    if (device_type == static_cast<int32_t>(c10::DeviceType::CUDA)) {
      at::autocast::set_enabled(enabled != 0);
      at::autocast::set_autocast_gpu_dtype(scalar);
    } else {
      at::autocast::set_cpu_enabled(enabled != 0);
      at::autocast::set_autocast_cpu_dtype(scalar);
    }
#endif
    if (nesting > 0) at::autocast::increment_nesting();
    if (nesting < 0 && at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  });
}
