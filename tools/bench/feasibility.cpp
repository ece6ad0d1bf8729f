// Whether `cch check` keeps its word: planted sets at its smallest margin, judged by the ranking's
// own rule on representations, and the standard errors that it forecasts compared with those that a
// ranking reports. Finished draws are appended to a file, so that a run goes on where it stopped.

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "cch/core/random.hpp"
#include "cch/criterion/feasibility.hpp"
#include "cch/data/source.hpp"
#include "cch/experiments/runner.hpp"
#include "estimators/criterion/feasibility/planted_question.hpp"
#include "estimators/criterion/judged_teachers.hpp"
#include "records.hpp"
#include "tools/bench/feasibility_promise.hpp"

namespace {

using cch::QuestionShape;
using nlohmann::json;

struct Choices {
  std::string data;
  std::vector<std::string> cases;
  std::size_t sets = 60;
  bool verdicts = false;
  bool promise = false;
  std::size_t plans = 6;
  std::string out = "feasibility.jsonl";
  std::uint64_t seed = 1;
  unsigned threads = 0;
};

// Numbers alone.
QuestionShape synthetic(std::size_t rows, std::size_t groups, double icc, std::size_t student,
                        std::size_t teacher, std::size_t classes, double share, std::size_t pairs) {
  cch::PlanNumbers plan;
  plan.rows = rows;
  if (groups > 0) plan.groups = groups;
  plan.icc = icc;
  plan.dim_student = student;
  plan.dims_teacher = {teacher};
  plan.classes = classes;
  plan.share_of_entropy = share;
  plan.pairs = pairs;
  return cch::planned_shape(plan, 1);
}

// The shape of a real set with one student and one teacher.
QuestionShape real(const Choices& choices, const std::string& set, const std::string& student,
                   const std::string& teacher, bool groups) {
  const std::string folder = choices.data + "/" + set + "/";
  const auto read = [&](const std::string& name) {
    return cch::load_samples(cch::parse_source(folder + name + ".npy"), name).samples;
  };
  cch::RankInput input{
      {student, read(student)},
      {{teacher, read(teacher)}},
      cch::load_labels(cch::parse_source(folder + "labels.npy"), cch::LabelKind::discrete).labels,
      cch::Groups::singletons(0)};
  input.groups = groups ? cch::load_groups(cch::parse_source(folder + "groups.npy")).groups
                        : cch::Groups::singletons(cch::size(input.labels));
  cch::Execution exec;
  exec.threads = choices.threads;
  return cch::question_shape(input, {}, exec);
}

// rows-N, groups-GxM (G groups of M rows), wide-N, or a real set; `times` the rows and groups.
QuestionShape shape_of(const Choices& choices, const std::string& name, std::size_t times = 1) {
  const auto number = [&](std::size_t from) { return times * std::stoul(name.substr(from)); };
  if (name.starts_with("rows-")) return synthetic(number(5), 0, 0.0, 4, 6, 3, 0.4, 3);
  if (name.starts_with("wide-")) return synthetic(number(5), 0, 0.0, 40, 60, 4, 0.4, 4);
  if (name.starts_with("groups-")) {
    const std::size_t of = std::stoul(name.substr(name.find('x') + 1));
    return synthetic(number(7) * of, number(7), 0.3, 4, 6, 2, 0.3, 3);
  }
  if (name == "mosi") return real(choices, "mosi_heldout", "audio", "text", true);
  if (name == "mfeat") return real(choices, "mfeat", "mor", "pix", false);
  if (name == "tcga") return real(choices, "tcga_brca5", "cnv", "rppa", false);
  if (name == "houston") return real(choices, "houston_hsi_lidar", "lidar", "hsi", false);
  throw std::runtime_error("there is no case " + name);
}

struct Measured {
  double margin = 0.0;
  double standard_error = 0.0;
  std::string verdict;
};

// One planted set as a ranking sees it.
Measured measure(const cch::detail::PlantedQuestion& question, double rho, std::size_t r,
                 bool verdicts, const cch::Execution& exec) {
  const auto draw = question.draw(1'000'000 + r);  // none that the check has planted
  const cch::TeacherShape& teacher = question.shape().teachers.front();
  const cch::detail::RepresentationLevel level("auto", draw.student, draw.labels,
                                               question.shape().groups, {}, exec);
  const auto judged = cch::detail::judged_teachers(level, {{"teacher", {}}},
                                                   {question.teacher(draw, teacher, rho).features},
                                                   {}, verdicts, {}, exec);
  const cch::TeacherResult& result = judged.teachers.front().result;
  Measured out{result.margin.nats, result.margin.standard_error.value_or(0.0), {}};
  if (verdicts) out.verdict = to_string(result.cch.verdict);
  return out;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Forecast {
  std::optional<double> smallest;
  double margin = 0.0;  // planted one nearest to the smallest, or 0
  double standard_error = 0.0;
};

Forecast forecast_of(const QuestionShape& shape, const Choices& choices) {
  cch::FeasibilityOptions options;
  options.curved = false;
  options.sizes = false;
  options.below = false;
  cch::Execution exec;
  exec.threads = choices.threads;
  exec.seed = choices.seed;
  const auto power = cch::forecast_power(shape, options, exec);
  const auto& family = power.teachers.front().estimators.front().families.front();
  Forecast out;
  out.smallest = family.above.nats;
  double nearest = 1e9;
  for (const auto& point : family.points) {
    const double away = std::abs(point.margin - family.above.nats.value_or(0.0));
    if (away >= nearest) continue;
    nearest = away;
    out.margin = point.margin;
    out.standard_error = point.standard_error;
  }
  return out;
}

std::map<std::size_t, Measured> stored(const cch::LineStore& store, const std::string& key) {
  std::map<std::size_t, Measured> out;
  for (const std::string& record : store.records()) {
    const json entry = json::parse(record);
    if (entry.value("key", "") != key) continue;
    out[entry["set"]] = {entry["margin"], entry["standard_error"], entry["verdict"]};
  }
  return out;
}

void run_case(const std::string& name, const Choices& choices) {
  const QuestionShape shape = shape_of(choices, name);
  const Forecast forecast = forecast_of(shape, choices);
  if (choices.verdicts && !forecast.smallest) {
    fmt::print("| {} | none | – | – | – | – | – | – |\n", name);
    return;
  }
  const double margin = choices.verdicts ? *forecast.smallest : forecast.margin;
  const std::string key =
      fmt::format("{} {} {:.6f} {}", name, choices.seed, margin, choices.verdicts);
  const cch::LineStore store = cch::bench::open_records(choices.out);
  auto done = stored(store, key);
  const cch::detail::PlantedQuestion question(shape, cch::PlantedFamily::gaussian, cch::Scale::rank,
                                              choices.seed + 1000);
  const double rho = question.correlation(shape.teachers.front(), shape.i_student_labels + margin);
  std::vector<cch::RunCell> cells;
  for (std::size_t r = 0; r < choices.sets; ++r) cells.push_back({{}, done.contains(r)});
  std::mutex mutex;
  cch::CellWork work;
  work.run = [&](std::size_t r, const cch::Execution& inner) {
    const Measured m = measure(question, rho, r, choices.verdicts,
                               inner.with_seed(cch::derive_seed(choices.seed, "set", r)));
    const std::scoped_lock hold(mutex);
    done[r] = m;
    store.add(json{{"key", key},
                   {"set", r},
                   {"margin", m.margin},
                   {"standard_error", m.standard_error},
                   {"verdict", m.verdict}}
                  .dump());
    return true;
  };
  cch::Execution exec;
  exec.threads = choices.threads;
  cch::run_cells(cells, work, {"", true}, exec);
  std::vector<double> errors;
  std::vector<double> ratios;
  double sum = 0.0;
  std::map<std::string, std::size_t> verdicts;
  for (const auto& [r, m] : done) {
    errors.push_back(m.standard_error);
    ratios.push_back(forecast.standard_error / m.standard_error);
    sum += m.margin;
    ++verdicts[m.verdict];
  }
  const double mean = sum / static_cast<double>(done.size());
  double squares = 0.0;
  for (const auto& [r, m] : done) squares += (m.margin - mean) * (m.margin - mean);
  const double sd = std::sqrt(squares / static_cast<double>(done.size() - 1));
  const auto share = [&](const char* verdict) {
    return 100.0 * static_cast<double>(verdicts[verdict]) / static_cast<double>(done.size());
  };
  fmt::print("| {} | {:.3f} | {} | {:.3f} | {:.3f} | {:.3f} | {:.2f} | {} |\n", name, margin,
             done.size(), forecast.standard_error, median(errors), sd, median(ratios),
             choices.verdicts
                 ? fmt::format("{:.0f} right, {:.0f} wrong, {:.0f} unreliable", share("distil"),
                               share("do_not_distil"), share("unreliable"))
                 : "–");
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  Choices choices;
  CLI::App app{"What cch check predicts, compared with rankings of planted sets"};
  app.add_option("--data", choices.data, "Folder of the real sets, for cases with their shapes");
  app.add_option(
         "--case", choices.cases,
         "rows-N, groups-GxM (groups of M rows), wide-N; mosi, mfeat, tcga, houston with --data")
      ->delimiter(',')
      ->required();
  app.add_option("--sets", choices.sets, "Planted sets a case")->capture_default_str();
  app.add_flag("--verdicts", choices.verdicts,
               "Also judge every set, with its own planted calibration, at the smallest margin");
  app.add_flag("--promise", choices.promise,
               "Instead: the smallest margin that a plan expects at four times its rows, beside "
               "what a check of so many rows finds (rows-N, groups-GxM, wide-N)");
  app.add_option("--plans", choices.plans, "Plans a case, each of its own seed")
      ->capture_default_str();
  app.add_option("--out", choices.out, "File of finished sets")->capture_default_str();
  app.add_option("--seed", choices.seed, "Seed")->capture_default_str();
  app.add_option("--threads", choices.threads, "Threads (0: all)")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    if (choices.promise) {
      cch::bench::print_promise_head();
      for (const std::string& name : choices.cases) {
        cch::bench::print_promise(name,
                                  [&](std::size_t times) { return shape_of(choices, name, times); },
                                  {choices.out, choices.plans, choices.seed, choices.threads});
      }
      return 0;
    }
    fmt::print(
        "| case | true margin | sets | forecast SE | reported SE (median) | SD | forecast / "
        "reported (median) | verdicts, % |\n|---|---|---|---|---|---|---|---|\n");
    for (const std::string& name : choices.cases) run_case(name, choices);
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
  return 0;
}
