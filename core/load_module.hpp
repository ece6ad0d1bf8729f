#pragma once

#include <dlfcn.h>

#include <string>

namespace cch::detail {

/// A module of the program, or why it cannot be had.
template <class Backend>
struct LoadedModule {
  const Backend* backend = nullptr;
  std::string why_not;
};

/// Loads `file` along the run path of the program (its build folder, or beside the libraries) and
/// calls what it exports as `entry` with the number of the interface, which a module of another
/// build refuses.
template <class Backend>
LoadedModule<Backend> load_module(const std::string& file, const char* entry,
                                  int interface_number) {
  void* module = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) {
    const char* reason = dlerror();
    return {nullptr, reason != nullptr ? reason : file + " cannot be loaded"};
  }
  const auto get = reinterpret_cast<const Backend* (*)(int)>(dlsym(module, entry));
  const Backend* backend = get != nullptr ? get(interface_number) : nullptr;
  if (backend == nullptr) return {nullptr, file + " belongs to another version"};
  return {backend, {}};
}

}  // namespace cch::detail
