#include <bit>
#include <span>

#include "cch/data/sha256.hpp"
#include "cch/documents/from_result.hpp"

namespace cch::documents {
namespace {

static_assert(std::endian::native == std::endian::little, "values are hashed as they lie");

template <class T>
InputRecord record(const std::string& role, const std::string& name, std::span<const T> values,
                   std::vector<std::size_t> shape, const char* dtype, const char* hashed) {
  InputRecord out{role, name, "", sha256(std::as_bytes(values)), std::move(shape), dtype};
  out.sha256_of = hashed;
  return out;
}

InputRecord record_of_matrix(const std::string& role, const std::string& name, MatrixView x) {
  return record(role, name, std::span(x.data(), x.rows() * x.cols()), {x.rows(), x.cols()},
                "float64", "its values, row after row");
}

}  // namespace

InputRecord record_of(const std::string& role, const std::string& name, const Variable& array) {
  if (const auto* samples = std::get_if<Samples>(&array)) {
    return record_of_matrix(role, name, samples->view());
  }
  const auto& classes = std::get<ClassLabels>(array);
  return record(role, name, classes.codes(), {classes.size()}, "int32", "its class codes");
}

std::vector<InputRecord> records_of(const RankInput& input) {
  std::vector<InputRecord> out{record_of("student", input.student.name, input.student.features)};
  for (const Modality& teacher : input.teachers) {
    out.push_back(record_of("teacher", teacher.name, teacher.features));
  }
  out.push_back(record_of("labels", "labels", input.labels));
  if (input.groups.grouped()) {
    out.push_back(record("groups", "groups", input.groups.codes(), {input.groups.rows()}, "uint64",
                         "its groups, numbered as they appear"));
  }
  const ExtraRows& extra = input.extra;
  if (extra.student) {
    out.push_back(record_of("extra-student", input.student.name, *extra.student));
  }
  for (std::size_t t = 0; t < extra.teachers.size(); ++t) {
    out.push_back(record_of("extra-teacher", input.teachers[t].name, extra.teachers[t]));
  }
  if (extra.labels) out.push_back(record_of("extra-labels", "extra-labels", *extra.labels));
  return out;
}

}  // namespace cch::documents
