#include "estimators/criterion/linear/pilot_fold.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "estimators/classifiers/projection.hpp"
#include "estimators/math.hpp"

namespace cch::detail {
namespace {

Eigen::MatrixXf projected(const Matrix& features, const RowIndices& training) {
  RowIndices every(features.rows());
  for (std::size_t i = 0; i < every.size(); ++i) every[i] = i;
  Execution serial;
  serial.threads = 1;
  return Projection(features.view(), training, kMostComponents, serial)
      .apply(features.view(), every, serial)
      .kept;
}

/// softmax(ln q / T), or the values themselves.
Eigen::MatrixXd softened(const Eigen::MatrixXd& log_q, double temperature, bool classes) {
  if (!classes) return log_q;
  Eigen::ArrayXXd z = log_q.array() / temperature;
  const Eigen::ArrayXd largest = z.rowwise().maxCoeff();
  z = (z.colwise() - largest).exp();
  const Eigen::ArrayXd total = z.rowwise().sum();
  z.colwise() /= total;
  return z.matrix();
}

void scatter_rows(const Eigen::MatrixXd& from, const RowIndices& rows, Eigen::MatrixXd& to) {
  for (std::size_t j = 0; j < rows.size(); ++j) {
    to.row(static_cast<Eigen::Index>(rows[j])) = from.row(static_cast<Eigen::Index>(j));
  }
}

}  // namespace

/// Cross-fitted labels of one teacher on the zones that are not held out.
struct PilotFold::TeacherFit {
  Eigen::MatrixXd taught;  ///< rows × K: ln q, or values; only rows outside the held-out zones
  double strength = 0.0;
  double score = 0.0;
};

/// What students learn while one inner fold is held out.
struct PilotFold::InnerFold {
  Eigen::MatrixXd taught;  ///< as TeacherFit
  RowIndices in;
  RowIndices out;  ///< pairs of that fold
};

/// The arm and the strength with the lowest loss on held-out inner rows, and the students that
/// learned so.
struct PilotFold::ChosenStudent {
  Arm arm;
  double strength = 0.0;
  Judgement judgement;
  std::vector<LinearFit> inner;
};

PilotFold::PilotFold(const PilotTable& table, const std::vector<std::size_t>& fold,
                     std::size_t test, std::uint64_t seed)
    : table_(table),
      is_pair_(table.rows(), 0),
      is_alone_(table.rows(), 0),
      is_taught_(table.rows(), 0) {
  const std::vector<int> codes(table.targets.codes.begin(),
                               table.targets.codes.begin() + static_cast<long>(table.pairs));
  zone_ = zones_for(fold, test, codes, label_classes(table.targets), table.groups, seed);
  for (std::size_t i = 0; i < table.rows(); ++i) {
    is_pair_[i] = i < table.pairs ? 1 : 0;
    is_taught_[i] = table.taught(i) ? 1 : 0;
    is_alone_[i] = is_pair_[i] || !is_taught_[i] ? 1 : 0;
  }
  for (const std::size_t group : table.extra_group) {
    // An extra row goes where its group went: it is nearly one of those rows.
    zone_.push_back(group < table.groups.count() ? zone_[table.groups.members(group).front()]
                                                 : kFree);
  }
  x_ = projected(table.student, rows_outside(zone_, zone_bit(kTest), table.for_student));
  fit_alone();
}

LinearData PilotFold::hard_data(const Eigen::MatrixXf& x, const RowIndices& rows) const {
  return {table_.targets.classes, rows_of(x, rows), rows_of(table_.targets.values, rows),
          Eigen::VectorXf::Ones(static_cast<Eigen::Index>(rows.size()))};
}

Scored PilotFold::score(const LinearFit& fit, const Judgement& judgement) const {
  Scored out{rows_inside(zone_, zone_bit(kTest), is_pair_), {}, {}};
  const Eigen::MatrixXd predicted =
      predictions(held_scores(fit, x_, out.rows), judgement, table_.targets.classes);
  for (std::size_t j = 0; j < out.rows.size(); ++j) {
    const Eigen::RowVectorXd row = predicted.row(static_cast<Eigen::Index>(j));
    out.loss.push_back(row_loss(row, table_.targets, out.rows[j]));
    Eigen::Index likeliest = 0;
    row.maxCoeff(&likeliest);
    out.correct.push_back(likeliest == table_.targets.codes[out.rows[j]] ? 1.0 : 0.0);
  }
  return out;
}

void PilotFold::fit_alone() {
  std::vector<std::vector<HeldScores>> held(kStrengths.size());
  std::vector<std::vector<LinearFit>> inner;
  for (std::size_t h = 0; h < kInnerFolds; ++h) {
    const RowIndices in = rows_outside(zone_, inner_fold(h) | zone_bit(kTest), is_alone_);
    const RowIndices out = rows_inside(zone_, inner_fold(h), is_pair_);
    auto& rules = inner_rules_.emplace_back();
    inner.push_back(fit_linear(hard_data(x_, in), kStrengths));
    for (const LinearFit& fit : inner.back()) {
      held[rules.size()].push_back(held_scores(fit, x_, out));
      rules.push_back(fit.rule);
    }
  }
  const Choice best = best_of(std::move(held), table_.targets);
  const RowIndices training = rows_outside(zone_, zone_bit(kTest), is_alone_);
  const LinearFit fit = LinearPath(hard_data(x_, training)).fit(kStrengths[best.index]);
  final_rules_ = {fit.rule};
  alone_ = score(fit, best.judgement);
  for (const auto& fits : inner) {
    inner_alone_.push_back(score(fits[best.index], best.judgement));
  }
}

PilotFold::TeacherFit PilotFold::fit_teacher(const Eigen::MatrixXf& x, ZoneSet held_out,
                                             const std::vector<double>& strengths) const {
  const ZoneSet away = held_out | zone_bit(kTest);
  struct Part {
    LinearPath path;
    RowIndices rows;
    RowIndices pairs;  // empty where only free rows are
  };
  std::vector<Part> parts;
  for (std::size_t z = 0; z <= kFree; ++z) {
    if ((zone_bit(z) & away) != 0) continue;
    const RowIndices rows = rows_inside(zone_, zone_bit(z), table_.for_student);
    if (rows.empty()) continue;
    const ZoneSet unseen = z == kFree ? away : away | zone_bit(z);
    LinearData data = hard_data(x, rows_outside(zone_, unseen, table_.labelled));
    data.smallest_fall = 1e-5;  // its rounding moves the targets far less than its errors do
    parts.push_back({LinearPath(data), rows,
                     z == kFree ? RowIndices() : rows_inside(zone_, zone_bit(z), is_pair_)});
  }
  TeacherFit best{{}, 0.0, 0.0};
  Judgement judgement;
  std::vector<HeldScores> said;
  for (const double strength : strengths) {
    std::vector<HeldScores> on_pairs;
    std::vector<HeldScores> on_rows;
    for (Part& part : parts) {
      const LinearFit fit = part.path.fit(strength);
      on_rows.push_back(held_scores(fit, x, part.rows));
      if (!part.pairs.empty()) on_pairs.push_back(held_scores(fit, x, part.pairs));
    }
    Judgement found = judge(std::move(on_pairs), table_.targets);
    if (said.empty() || found.score < judgement.score) {
      best.strength = strength;
      judgement = std::move(found);
      said = std::move(on_rows);
    } else if (far_worse(found.score, judgement.score, table_.targets.classes)) {
      break;
    }
  }
  best.score = judgement.score;
  best.taught = Eigen::MatrixXd::Zero(x.rows(), table_.targets.outputs());
  for (const HeldScores& part : said) {
    scatter_rows(predictions(part, judgement, table_.targets.classes), part.rows, best.taught);
  }
  return best;
}

// What was said once is the same for every row that is held out: only the temperature is chosen.
PilotFold::TeacherFit PilotFold::stored_teacher(const Eigen::MatrixXf& log_p,
                                                ZoneSet held_out) const {
  const ZoneSet away = held_out | zone_bit(kTest);
  const Judgement judgement =
      judge({stored_scores(log_p, rows_outside(zone_, away, is_pair_))}, table_.targets);
  TeacherFit fit{Eigen::MatrixXd::Zero(log_p.rows(), log_p.cols()), 0.0, judgement.score};
  const HeldScores part = stored_scores(log_p, rows_outside(zone_, away, table_.for_student));
  scatter_rows(predictions(part, judgement, table_.targets.classes), part.rows, fit.taught);
  return fit;
}

LinearData PilotFold::taught_data(const Eigen::MatrixXd& taught, const Arm& arm,
                                  const RowIndices& rows) const {
  LinearData data = hard_data(x_, rows);
  Eigen::MatrixXd labels(data.targets.rows(), taught.cols());
  for (Eigen::Index j = 0; j < labels.rows(); ++j) {
    labels.row(j) = taught.row(static_cast<Eigen::Index>(rows[static_cast<std::size_t>(j)]));
  }
  const Eigen::MatrixXf soft = softened(labels, arm.temperature, data.classes).cast<float>();
  const auto a = static_cast<float>(arm.weight);
  for (Eigen::Index j = 0; j < soft.rows(); ++j) {
    const std::size_t row = rows[static_cast<std::size_t>(j)];
    if (!is_taught_[row]) continue;
    if (is_pair_[row]) {
      data.targets.row(j) = (1.0F - a) * data.targets.row(j) + a * soft.row(j);
    } else {
      data.targets.row(j) = soft.row(j);
      data.weights(j) = a;
    }
  }
  return data;
}

PilotFold::ChosenStudent PilotFold::choose_student(const std::vector<InnerFold>& inner,
                                                   const std::vector<Arm>& arms) const {
  ChosenStudent best;
  for (const Arm& arm : arms) {
    std::vector<LinearPath> paths;
    for (const InnerFold& fold : inner) paths.emplace_back(taught_data(fold.taught, arm, fold.in));
    double lowest = std::numeric_limits<double>::infinity();
    for (std::size_t s = 0; s < kStrengths.size(); ++s) {
      std::vector<LinearFit> fits;
      std::vector<HeldScores> held;
      for (std::size_t h = 0; h < inner.size(); ++h) {
        fits.push_back(paths[h].fit(kStrengths[s], &inner_rules_[h][s]));
        held.push_back(held_scores(fits.back(), x_, inner[h].out));
      }
      Judgement found = judge(std::move(held), table_.targets);
      const double score = found.score;
      if (best.inner.empty() || score < best.judgement.score) {
        best = {arm, kStrengths[s], std::move(found), std::move(fits)};
      }
      if (far_worse(score, lowest, table_.targets.classes)) break;
      lowest = std::min(lowest, score);
    }
  }
  return best;
}

PilotFold::Distilled PilotFold::distil(std::size_t teacher, const std::vector<Arm>& arms) const {
  const bool stored = table_.stored[teacher] != 0;
  const Eigen::MatrixXf x = stored ? as_eigen(table_.teachers[teacher].view()).cast<float>()
                                   : projected(table_.teachers[teacher],
                                               rows_outside(zone_, zone_bit(kTest), is_taught_));
  const auto teach = [&](ZoneSet held_out, const std::vector<double>& strengths) {
    return stored ? stored_teacher(x, held_out) : fit_teacher(x, held_out, strengths);
  };
  const TeacherFit full = teach(0, kStrengths);

  std::vector<InnerFold> inner;
  for (std::size_t h = 0; h < kInnerFolds; ++h) {
    inner.push_back({teach(inner_fold(h), {full.strength}).taught,
                     rows_outside(zone_, inner_fold(h) | zone_bit(kTest), table_.for_student),
                     rows_inside(zone_, inner_fold(h), is_pair_)});
  }
  const ChosenStudent best = choose_student(inner, arms);
  const RowIndices training = rows_outside(zone_, zone_bit(kTest), table_.for_student);
  const LinearFit fit = LinearPath(taught_data(full.taught, best.arm, training))
                            .fit(best.strength, &final_rules_.front());
  Distilled out{score(fit, best.judgement), {}, best.arm, full.score};
  for (const LinearFit& student : best.inner) out.inner.push_back(score(student, best.judgement));
  return out;
}

}  // namespace cch::detail
