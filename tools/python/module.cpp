// What Python calls. Nothing here is meant for users: the package's own layer converts, checks and
// words everything first.

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <tuple>

#include "cch/core/error.hpp"
#include "cch/core/version.hpp"
#include "tools/python/call.hpp"
#include "tools/python/render.hpp"

namespace nb = nanobind;

namespace {

using Parts = std::tuple<std::string, std::string, std::string, std::string, std::string>;

const char* kind_name(cch::ErrorKind kind) {
  switch (kind) {
    case cch::ErrorKind::usage:
      return "usage";
    case cch::ErrorKind::data:
      return "data";
    case cch::ErrorKind::cancelled:
      return "cancelled";
    default:
      return "run";
  }
}

std::vector<Parts> parts_of(const cch::Error& error) {
  std::vector<Parts> out;
  for (const cch::Fault& fault : error.faults()) {
    out.emplace_back(fault.code, fault.problem, fault.where, fault.why, fault.action);
  }
  return out;
}

using Numbers = nb::ndarray<nb::numpy, double, nb::ndim<2>>;

/// Python's own copy, which it may keep.
Numbers numbers_of(cch::Matrix matrix) {
  const std::size_t rows = matrix.rows();
  const std::size_t cols = matrix.cols();
  auto* kept = new cch::Matrix(std::move(matrix));
  const nb::capsule owner(kept, [](void* p) noexcept { delete static_cast<cch::Matrix*>(p); });
  return {kept->data(), {rows, cols}, owner};
}

using AskedFit = std::tuple<Numbers, std::vector<int>, Numbers, bool, Numbers>;

std::optional<AskedFit> asked(cch::python::Call& call) {
  auto fit = call.asked();
  if (!fit) return std::nullopt;
  return AskedFit{numbers_of(std::move(fit->x)), std::move(fit->y),
                  numbers_of(std::move(fit->targets)), fit->taught,
                  numbers_of(std::move(fit->all))};
}

using Answer = nb::ndarray<const double, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

void answer(cch::python::Call& call, const Answer& outputs) {
  cch::Matrix matrix(outputs.shape(0), outputs.shape(1));
  std::copy_n(outputs.data(), outputs.size(), matrix.data());
  call.answer(std::move(matrix));
}

}  // namespace

NB_MODULE(_core, m) {
  using cch::python::Call;
  nb::set_leak_warnings(false);  // a traceback that lives at the interpreter's end may hold a call
  m.attr("version") = std::string(cch::kVersion);

  // Fault(kind, [(code, problem, where, why, action), ...])
  static nb::handle fault = nb::exception<cch::Error>(m, "Fault", PyExc_Exception).release();
  nb::register_exception_translator(
      [](const std::exception_ptr& thrown, void*) {
        try {
          std::rethrow_exception(thrown);
        } catch (const cch::Error& error) {
          const nb::object parts = nb::make_tuple(kind_name(error.kind()), parts_of(error));
          PyErr_SetObject(fault.ptr(), parts.ptr());
        }
      },
      nullptr);

  nb::class_<Call>(m, "Call")
      .def(nb::init<>())
      .def("hold", &Call::hold, nb::arg("name"), nb::arg("where"), nb::arg("values"),
           nb::arg("dtype"), nb::arg("shape"), nb::arg("fortran"))
      .def("hold_texts", &Call::hold_texts, nb::arg("name"), nb::arg("where"), nb::arg("values"),
           nb::arg("shape"))
      .def("student", &Call::student, nb::arg("name"), nb::arg("repeats"),
           nb::arg("convolutional") = false)
      .def("asked", &asked)
      .def("answer", &answer, nb::arg("outputs"))
      .def("start", &Call::start, nb::arg("arguments"))
      .def("wait", &Call::wait, nb::arg("seconds"), nb::call_guard<nb::gil_scoped_release>())
      .def("stop", &Call::stop)
      .def("output", &Call::output)
      .def_prop_ro("exit_code", &Call::exit_code)
      .def("progress", [](Call& call) -> std::optional<std::tuple<std::string, size_t, size_t>> {
        const auto now = call.progress();
        if (!now) return std::nullopt;
        return std::make_tuple(now->phase, now->done, now->total);
      });

  m.def("table", &cch::python::table, nb::arg("document"), nb::arg("width"), nb::arg("colour"),
        nb::arg("quiet"));
  m.def("page", &cch::python::page, nb::arg("document"));
  m.def("fragment", &cch::python::fragment, nb::arg("document"), nb::arg("id"));
  m.def("said_warnings", &cch::python::said_warnings, nb::arg("document"));
  m.def("save", &cch::python::save, nb::arg("document"), nb::arg("folder"), nb::arg("force"));
  m.def("csv", &cch::python::csv, nb::arg("document"));
}
