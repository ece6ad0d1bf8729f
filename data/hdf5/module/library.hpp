#pragma once

#include <hdf5.h>

#include <cstddef>
#include <string>
#include <utility>

// libhdf5 with owners and errors. All of this runs in a confined process (data/hdf5/sandbox.hpp).

namespace cch::detail {

/// What the process answers in place of what it was asked for.
struct Refusal {
  std::string code;
  std::string problem;
  std::string why;
  std::string action;
};

/// "bad-hdf5" with the innermost reason of libhdf5's stack.
[[noreturn]] void refuse_damaged(const std::string& what);

/// The result of a call, or a refusal.
template <class T>
T needed(T result, const char* what) {
  if (result < 0) refuse_damaged(what);
  return result;
}

/// An object of libhdf5 and what closes it.
class Object {
 public:
  using Close = herr_t (*)(hid_t);
  Object(hid_t id, Close close) : id_(id), close_(close) {}
  Object(Object&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Object& operator=(Object&&) = delete;
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  ~Object() {
    if (id_ >= 0) close_(id_);
  }
  [[nodiscard]] hid_t get() const { return id_; }

 private:
  hid_t id_;
  Close close_;
};

/// Starts libhdf5 so that it prints nothing and loads nothing.
void start_library();

/// A file whose bytes are these, which stay where they are.
Object open_image(const void* bytes, std::size_t size);

}  // namespace cch::detail
