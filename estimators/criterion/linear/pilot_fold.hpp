#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cch/core/groups.hpp"
#include "cch/core/matrix.hpp"
#include "estimators/criterion/linear/model.hpp"
#include "estimators/criterion/linear/zones.hpp"

namespace cch::detail {

/// The rows of a pilot: labelled pairs first, then the extra rows of the scenario, then labelled
/// rows that no teacher has.
struct PilotTable {
  std::size_t pairs = 0;
  std::size_t unpaired = 0;               ///< of the last
  Targets targets;                        ///< of all rows; 0 in rows without a label
  std::vector<char> labelled;             ///< teachers learn from these rows
  std::vector<char> for_student;          ///< students learn from these rows
  Matrix student;                         ///< rows × D; 0 in rows without student features
  std::vector<Matrix> teachers;           ///< rows × D_t; of stored outputs ln p, rows × K
  std::vector<char> stored;               ///< teachers that are such outputs
  Groups groups = Groups::singletons(0);  ///< of the pairs
  std::vector<std::size_t> extra_group;  ///< of other rows: a group of the pairs, or ≥ their number
  [[nodiscard]] std::size_t rows() const { return labelled.size(); }
  /// Whether teachers have the row.
  [[nodiscard]] bool taught(std::size_t row) const { return row < rows() - unpaired; }
};

struct Arm {
  double weight = 0.0;  ///< a
  double temperature = 1.0;
};

/// Scores of one student on the rows of one outer fold.
struct Scored {
  RowIndices rows;
  std::vector<double> loss;     ///< −ln q(y), nats, or the squared error
  std::vector<double> correct;  ///< 1 where the likeliest class is the true one
};

/// One outer fold, with everything that its teachers share.
class PilotFold {
 public:
  PilotFold(const PilotTable& table, const std::vector<std::size_t>& fold, std::size_t test,
            std::uint64_t seed);

  [[nodiscard]] const Scored& alone() const { return alone_; }
  /// The students that learned while one inner fold was held out, on the same rows, with the
  /// choices of the outer one.
  [[nodiscard]] const std::vector<Scored>& inner_alone() const { return inner_alone_; }

  struct Distilled {
    Scored scored;
    std::vector<Scored> inner;  ///< as inner_alone
    Arm arm;
    double teacher_score = 0.0;
  };
  /// The student taught by one teacher.
  [[nodiscard]] Distilled distil(std::size_t teacher, const std::vector<Arm>& arms) const;

 private:
  struct TeacherFit;
  struct InnerFold;
  struct ChosenStudent;

  void fit_alone();
  [[nodiscard]] TeacherFit fit_teacher(const Eigen::MatrixXf& x, ZoneSet held_out,
                                       const std::vector<double>& strengths) const;
  [[nodiscard]] TeacherFit stored_teacher(const Eigen::MatrixXf& log_p, ZoneSet held_out) const;
  [[nodiscard]] ChosenStudent choose_student(const std::vector<InnerFold>& inner,
                                             const std::vector<Arm>& arms) const;
  [[nodiscard]] LinearData taught_data(const Eigen::MatrixXd& taught, const Arm& arm,
                                       const RowIndices& rows) const;
  [[nodiscard]] LinearData hard_data(const Eigen::MatrixXf& x, const RowIndices& rows) const;
  [[nodiscard]] Scored score(const LinearFit& fit, const Judgement& judgement) const;

  const PilotTable& table_;
  std::vector<std::size_t> zone_;
  std::vector<char> is_pair_;
  std::vector<char> is_alone_;   // rows of the student alone: pairs, and those that no teacher has
  std::vector<char> is_taught_;  // all that teachers have
  Eigen::MatrixXf x_;            // student features
  std::vector<std::vector<LinearRule>> inner_rules_;  // alone, by inner fold and strength
  std::vector<LinearRule> final_rules_;               // alone, the chosen one
  Scored alone_;
  std::vector<Scored> inner_alone_;
};

}  // namespace cch::detail
