#pragma once

// Documents of Gaussian studies, answered by the library, so that every law in them is true, with
// made-up simulations and estimates; and what tests ask of pages.

#include <algorithm>
#include <cctype>
#include <cmath>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cch/documents/sweep.hpp"
#include "support/test.hpp"
#include "tests/tools/tag_fault.hpp"
#include "tests/tools/text.hpp"
#include "tools/report/kit/utf8.hpp"

namespace cch::test {

using documents::Fact;
using documents::SweepCell;
using documents::SweepDocument;

/// A study: its axes (parameters of StudyCell, and p2) and λ.
struct SweepStudy {
  std::vector<std::pair<std::string, std::vector<double>>> axes;
  std::vector<double> lambdas{0.1, 0.5, 1.0};
  bool simulated = true;
  bool estimated = true;
};

/// Noise between −1.7 and 1.7 that looks like noise and is the same every time.
inline double sweep_wobble(std::size_t i) {
  const double at = std::sin(static_cast<double>(i) * 12.9898) * 43758.5453;
  return (at - std::floor(at) - 0.5) * 3.46;
}

/// y = z_c + z_1/2 + noise, x2 = (z_c, z_2) + noise in p2 columns.
inline StudyResult sweep_result(const documents::Facts& parameters,
                                const std::vector<double>& lambdas) {
  StudyCell cell;
  cell.teacher_weight = 0.5;
  cell.student_weight = 0.0;
  cell.student_dim = 20;
  for (const auto& [name, value] : parameters) {
    if (name != "teacher") {
      set_parameter(cell, name == "p2" ? "student-dim" : name, std::get<double>(value));
    }
  }
  StudyQuestion question;
  question.lambdas = lambdas;
  return study_result(cell, question, Execution{});
}

inline void add_sweep_simulation(StudyResult& cell, std::size_t number) {
  const double se = 0.02 * cell.excess_risk_without;
  for (StudyPoint& point : cell.points) {
    const std::size_t noise = 3 * number++;
    point.simulated = {{point.excess_risk + se * sweep_wobble(noise), se},
                       {point.gain + se / 2 * sweep_wobble(noise + 1), se / 2},
                       {*point.cosine_gain + 0.002 * sweep_wobble(noise + 2), 0.002}};
  }
}

inline CellEstimate sweep_estimate(const StudyResult& cell, const char* name, double share,
                                   std::size_t noise) {
  const auto side = [&](double truth, double shift) {
    const double mean = truth * share / (1 + static_cast<double>(cell.p2) / 40) + shift;
    return EstimatedInformation{{mean, 0.01}, truth};
  };
  return {name,
          side(*cell.blocks.teacher_student, 0.01 * sweep_wobble(noise)),
          side(*cell.blocks.student_labels, 0.01 * sweep_wobble(noise + 1)),
          5,
          3,
          ""};
}

inline SweepCell sweep_cell(const SweepStudy& study, std::size_t number,
                            const documents::Facts& parameters) {
  SweepCell cell{sweep_result(parameters, study.lambdas), number, parameters};
  cell.parameters["teacher"] = std::string("optimal");
  if (study.simulated) add_sweep_simulation(cell, number * study.lambdas.size());
  if (study.estimated) {
    cell.estimates = {sweep_estimate(cell, "ksg1", 0.9, number),
                      sweep_estimate(cell, "cca-ksg", 1.05, number + 7)};
  }
  return cell;
}

inline SweepDocument sweep_document(const SweepStudy& study) {
  SweepDocument document;
  document.version = "0.1.0";
  document.command = "cch gaussian sweep study.toml -o out";
  document.seed = 1;
  document.machine = {"some processor", 2, "cpu", "some set"};
  document.seconds = 12.3;
  document.inputs = {{"study", "study.toml", "00ff", {}}};
  document.warnings = {{"cells-skipped", "2 cells were left out"}};
  document.title = "Teacher noise and rows";
  document.config.model["family"] = std::string("shared-private");
  document.lambdas = study.lambdas;
  if (study.simulated) {
    document.simulation = documents::SweepSimulation{100};
    document.agreement = FormulaAgreement{600, 28, 0, 3.4};
  }
  if (study.estimated) document.estimation = {{"ksg1", "cca-ksg"}, 5, {}, "rank"};
  std::vector<documents::Facts> grid(1);
  for (const auto& [name, values] : study.axes) {
    document.axes.push_back({name, {values.begin(), values.end()}});
    std::vector<documents::Facts> finer;
    for (const documents::Facts& parameters : grid) {
      for (const double value : values) {
        finer.push_back(parameters);
        finer.back()[name] = value;
      }
    }
    grid = finer;
  }
  std::vector<CriterionCase> cases;
  for (const documents::Facts& parameters : grid) {
    document.cells.push_back(sweep_cell(study, document.cells.size(), parameters));
    add_cases(document.cells.back(), cases);
  }
  document.confusion = count_confusion(cases);
  return document;
}

inline std::vector<double> sweep_steps(double from, double to, int count) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) {
    values.push_back(std::round(1000 * (from + (to - from) * i / (count - 1))) / 1000);
  }
  return values;
}

inline SweepStudy small_study() {
  return {{{"teacher-noise", {0.3, 1.0, 3.0}}, {"n", {50.0, 100.0}}, {"p2", {5.0, 20.0}}}};
}

inline SweepStudy middle_study() {
  return {{{"teacher-noise", sweep_steps(0.1, 4, 10)},
           {"n", {50.0, 100.0, 300.0, 1000.0}},
           {"p2", {2.0, 5.0, 10.0, 20.0, 40.0}}}};
}

inline SweepStudy large_study() {
  SweepStudy study{{{"teacher-noise", sweep_steps(0.1, 4, 25)},
                    {"teacher-weight", sweep_steps(0, 2, 20)},
                    {"n", {60.0, 100.0, 300.0, 1000.0}},
                    {"teacher-scale", {0.5, 1.0, 1.5, 2.0, 3.0}}}};
  study.lambdas = {0.1, 0.3, 1.0, 3.0, 10.0};
  return study;
}

/// Whether a number was written that is none ("nan" or "inf" as a word).
inline bool has_no_number(const std::string& page) {
  for (const char* word : {"nan", "inf"}) {
    for (std::size_t at = page.find(word, 1); at != std::string::npos;
         at = page.find(word, at + 1)) {
      const auto letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
      if (!letter(page[at - 1]) && !letter(page[at + 3])) return true;
    }
  }
  return false;
}

inline void check_page(const std::string& page) {
  CHECK(tag_fault(page) == "");
  for (const char* never : {"<script", "<img", "@import", "url(", "src=\"", "href=\"http"}) {
    CAPTURE(never);
    CHECK_FALSE(holds(page, never));
  }
  CHECK_FALSE(has_no_number(page));
  CHECK(page.size() < 1'000'000);
}

}  // namespace cch::test
