#include "tools/python/call.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include "cch/core/error.hpp"
#include "tools/cch/program.hpp"

namespace cch::python {
namespace {

namespace nb = nanobind;

/// A buffer of Python that is given back with the interpreter's lock, by whichever thread.
class Borrowed {
 public:
  explicit Borrowed(nb::handle values) {
    if (PyObject_GetBuffer(values.ptr(), &buffer_, PyBUF_SIMPLE) != 0) throw nb::python_error();
  }
  ~Borrowed() {
    const nb::gil_scoped_acquire lock;
    PyBuffer_Release(&buffer_);
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;

  [[nodiscard]] std::span<const std::byte> bytes() const {
    return {static_cast<const std::byte*>(buffer_.buf), static_cast<std::size_t>(buffer_.len)};
  }

 private:
  Py_buffer buffer_{};
};

DType dtype_of(const std::string& name) {
  for (int i = 0; i < static_cast<int>(DType::text); ++i) {
    if (to_string(static_cast<DType>(i)) == name) return static_cast<DType>(i);
  }
  refuse_data("unsupported-dtype", "arrays of the type " + name + " are not read", {},
              "features, labels and groups are numbers or texts", "Convert it, e.g. to float32");
}

Matrix copy_of(MatrixView from) {
  Matrix out(from.rows(), from.cols());
  for (std::size_t i = 0; i < from.rows(); ++i) {
    std::copy(from.row(i).begin(), from.row(i).end(), out.row(i).begin());
  }
  return out;
}

}  // namespace

class Call::Student : public OwnNetwork {
 public:
  Student(Call& call, std::string name, std::size_t repeats, Layers kind)
      : call_(call), name_(std::move(name)), repeats_(repeats), kind_(kind) {}
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] Layers kind() const override { return kind_; }
  [[nodiscard]] std::size_t repeats() const override { return repeats_; }
  [[nodiscard]] Matrix outputs(const OwnFit& fit) const override {
    return call_.ask({copy_of(fit.x), fit.y, copy_of(fit.targets), fit.taught, copy_of(fit.all)});
  }

 private:
  Call& call_;
  std::string name_;
  std::size_t repeats_;
  Layers kind_;
};

void Call::student(const std::string& name, std::size_t repeats, bool convolutional) {
  student_ =
      std::make_shared<Student>(*this, name, repeats, convolutional ? Layers::cnn : Layers::mlp);
}

Call::~Call() {
  stop();
  if (!thread_.joinable()) return;
  const nb::gil_scoped_release unlocked;
  thread_.join();
}

void Call::hold(const std::string& name, const std::string& where, nb::handle values,
                const std::string& dtype, std::vector<std::size_t> shape, bool fortran) {
  auto owner = std::make_shared<const Borrowed>(values);
  const auto bytes = owner->bytes();
  const ArrayLayout layout{dtype_of(dtype), std::move(shape), false, fortran};
  held_->insert_or_assign(
      name, HeldArray{Array::numeric(layout, Bytes{std::move(owner), bytes}, where), where});
}

void Call::hold_texts(const std::string& name, const std::string& where,
                      std::vector<std::string> values, std::vector<std::size_t> shape) {
  held_->insert_or_assign(name, HeldArray{Array::text(std::move(values), std::move(shape)), where});
}

void Call::start(std::vector<std::string> arguments) {
  thread_ = std::thread([this, asked = std::move(arguments)] { run(asked); });
}

void Call::run(const std::vector<std::string>& arguments) {
  std::ostringstream out;
  std::ostringstream err;
  Terminal terminal{out, err};
  terminal.sink = this;
  try {
    exit_code_ = run_call(arguments, terminal, stop_.get_token(), held_, student_);
    output_ = std::move(out).str();
  } catch (...) {
    error_ = std::current_exception();
  }
  const std::scoped_lock lock(mutex_);
  over_ = true;
  changed_.notify_all();
}

bool Call::wait(double seconds) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::duration<double>(seconds),
                    [this] { return over_ || asked_; });
  return over_;
}

void Call::stop() {
  stop_.request_stop();
  const std::scoped_lock lock(mutex_);
  changed_.notify_all();
}

std::optional<Asked> Call::asked() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(asked_, std::nullopt);
}

void Call::answer(Matrix outputs) {
  const std::scoped_lock lock(mutex_);
  answer_ = std::move(outputs);
  changed_.notify_all();
}

// Of the thread that ranks: Python fits while it waits.
Matrix Call::ask(Asked fit) {
  std::unique_lock lock(mutex_);
  asked_ = std::move(fit);
  changed_.notify_all();
  changed_.wait(lock, [this] { return answer_ || stop_.stop_requested(); });
  if (!answer_) detail::throw_stopped();
  return *std::exchange(answer_, std::nullopt);
}

void Call::progress(std::string_view phase, std::size_t done, std::size_t total) {
  const std::scoped_lock lock(mutex_);
  progress_ = Progress{std::string(phase), done, total};
}

std::optional<Progress> Call::progress() {
  const std::scoped_lock lock(mutex_);
  return progress_;
}

std::string Call::output() {
  if (thread_.joinable()) thread_.join();
  if (error_) std::rethrow_exception(error_);
  return output_;
}

}  // namespace cch::python
