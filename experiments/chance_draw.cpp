#include "experiments/chance_draw.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "cch/core/random.hpp"

namespace cch::detail {
namespace {

using Rows = std::vector<std::size_t>;

/// Whole groups at random until `most` rows are taken, ascending.
Rows some_rows(const Rows& group_of, std::size_t most, std::uint64_t seed,
               std::string_view stream) {
  Rows out(group_of.size());
  std::iota(out.begin(), out.end(), std::size_t{0});
  if (out.size() <= most) return out;
  const Groups groups = Groups::from(group_of);
  Random random(derive_seed(seed, stream));
  out.clear();
  for (const std::size_t g : random.permutation(groups.count())) {
    const auto members = groups.members(g);
    if (!out.empty() && out.size() + members.size() > most) continue;
    out.insert(out.end(), members.begin(), members.end());
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// Groups of rows beside the labelled ones, in the numbering of those; where none are shared each
/// row is one of its own.
Rows groups_beside(const ExtraRows& extra, std::size_t next) {
  if (extra.teachers.empty()) return {};
  if (!extra.groups.empty()) return extra.groups;
  Rows out(extra.teachers.front().size());
  std::iota(out.begin(), out.end(), next);
  return out;
}

/// One of the three parts that a draw is put together from.
struct DrawPart {
  Rows rows;  // of its source
  std::size_t first = 0;
};

void put_part(const Samples& from, const DrawPart& part, Matrix& to) {
  for (std::size_t i = 0; i < part.rows.size(); ++i) {
    const auto row = from.view().row(part.rows[i]);
    std::copy(row.begin(), row.end(), to.row(part.first + i).begin());
  }
}

/// Constant columns become 0.
void standardise_columns(Matrix& x, std::size_t rows) {
  const auto n = static_cast<double>(rows);
  for (std::size_t j = 0; j < x.cols(); ++j) {
    double mean = 0.0;
    double variance = 0.0;
    for (std::size_t i = 0; i < rows; ++i) mean += x(i, j) / n;
    for (std::size_t i = 0; i < rows; ++i) variance += (x(i, j) - mean) * (x(i, j) - mean) / n;
    const double scale = variance > 1e-20 ? 1.0 / std::sqrt(variance) : 0.0;
    for (std::size_t i = 0; i < x.rows(); ++i) x(i, j) = (x(i, j) - mean) * scale;
  }
}

class RankAssembly {
 public:
  RankAssembly(const RankInput& input, const FurtherRows& further, const ChanceOptions& options,
               std::uint64_t seed)
      : input_(input), further_(further), options_(options) {
    const std::size_t most = options.max_rows;
    const auto codes = input.groups.codes();
    Rows groups(codes.begin(), codes.end());
    const Rows unlabelled = groups_beside(further.unlabelled, input.groups.count());
    // Codes that no labelled row has may mean another group in each of the two.
    const std::size_t all = input.groups.count() + 1 +
                            std::accumulate(unlabelled.begin(), unlabelled.end(), std::size_t{0},
                                            [](auto a, auto b) { return std::max(a, b); });
    Rows labelled = groups_beside(further.labelled, input.groups.count());
    for (std::size_t& g : labelled) g += g < input.groups.count() ? 0 : all;
    parts_[0] = {some_rows(groups, most, seed, "network pilot rows"), 0};
    parts_[1] = {some_rows(unlabelled, most, seed, "network pilot unlabelled"), 0};
    parts_[2] = {some_rows(labelled, most, seed, "network pilot further"), 0};
    Rows codes_of_rows;
    const std::array<const Rows*, 3> sources{&groups, &unlabelled, &labelled};
    for (std::size_t p = 0; p < 3; ++p) {
      parts_[p].first = codes_of_rows.size();
      for (const std::size_t row : parts_[p].rows) codes_of_rows.push_back((*sources[p])[row]);
    }
    out_.draw.groups = Groups::from(codes_of_rows);
    const std::array<Rows*, 3> to{&out_.rows.labelled, &out_.rows.unlabelled, &out_.rows.further};
    for (std::size_t p = 0; p < 3; ++p) {
      to[p]->resize(parts_[p].rows.size());
      std::iota(to[p]->begin(), to[p]->end(), parts_[p].first);
    }
  }

  RankDraw run() {
    StudyDraw& draw = out_.draw;
    draw.train = out_.rows.labelled;
    draw.x = matrix(input_.student.features.dim());
    put_part(input_.student.features, parts_[0], draw.x);
    if (further_.unlabelled.student) put_part(*further_.unlabelled.student, parts_[1], draw.x);
    standardise_columns(draw.x, parts_[0].rows.size());
    draw.shape = shape(0);
    for (std::size_t t = 0; t < input_.teachers.size(); ++t) draw.teachers.push_back(view(t));
    take_labels();
    return std::move(out_);
  }

 private:
  [[nodiscard]] Matrix matrix(std::size_t columns) const {
    return {parts_[2].first + parts_[2].rows.size(), columns};
  }
  [[nodiscard]] ImageShape shape(std::size_t i) const {
    return options_.shapes.empty() ? ImageShape{} : options_.shapes[i];
  }

  [[nodiscard]] TeacherView view(std::size_t t) const {
    const Modality& teacher = input_.teachers[t];
    Matrix x = matrix(teacher.features.dim());
    put_part(teacher.features, parts_[0], x);
    if (!parts_[1].rows.empty()) put_part(further_.unlabelled.teachers[t], parts_[1], x);
    if (!parts_[2].rows.empty()) put_part(further_.labelled.teachers[t], parts_[2], x);
    if (teacher.stored) {
      return {teacher.name, {}, log_probabilities(x.view()), {}, {}, teacher.stored};
    }
    standardise_columns(x, parts_[0].rows.size());
    return {teacher.name, {}, std::move(x), shape(t + 1), {}, {}};
  }

  /// Rows without a label get the first class, or 0: no training reads it.
  void take_labels() {
    StudyDraw& draw = out_.draw;
    const auto* further = further_.labelled.labels ? &*further_.labelled.labels : nullptr;
    if (const auto* classes = std::get_if<ClassLabels>(&input_.labels)) {
      draw.classes = classes->classes();
      draw.y.assign(matrix(1).rows(), 0);
      for (const std::size_t row : parts_[0].rows) draw.y[place(0, row)] = (*classes)[row];
      if (further == nullptr) return;
      for (const std::size_t row : parts_[2].rows) {
        draw.y[place(2, row)] = std::get<ClassLabels>(*further)[row];
      }
      return;
    }
    const Samples& values = std::get<Samples>(input_.labels);
    draw.targets = matrix(values.dim());
    put_part(values, parts_[0], draw.targets);
    if (further != nullptr) put_part(std::get<Samples>(*further), parts_[2], draw.targets);
    standardise_columns(draw.targets, parts_[0].rows.size());
  }
  [[nodiscard]] std::size_t place(std::size_t part, std::size_t row) const {
    const Rows& rows = parts_[part].rows;
    return parts_[part].first +
           static_cast<std::size_t>(std::lower_bound(rows.begin(), rows.end(), row) - rows.begin());
  }

  const RankInput& input_;
  const FurtherRows& further_;
  const ChanceOptions& options_;
  std::array<DrawPart, 3> parts_;  // labelled, unlabelled, further
  RankDraw out_;
};

}  // namespace

FurtherRows further_rows(const RankInput& input, const ExtraRows& further) {
  FurtherRows out;
  if (input.extra.student) out.unlabelled = input.extra;
  if (input.extra.labels) out.labelled = input.extra;
  if (further.labels) out.labelled = further;
  return out;
}

RankDraw rank_draw(const RankInput& input, const FurtherRows& further, const ChanceOptions& options,
                   std::uint64_t seed) {
  return RankAssembly(input, further, options, seed).run();
}

}  // namespace cch::detail
