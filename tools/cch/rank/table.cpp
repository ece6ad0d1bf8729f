// Every option of `cch rank`, said once.

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "cch/estimators/catalog.hpp"
#include "cch/experiments/chances.hpp"
#include "tools/cch/inputs/named_source.hpp"
#include "tools/cch/inputs/teacher_sets.hpp"
#include "tools/cch/inputs/y_kind.hpp"
#include "tools/cch/rank/settings.hpp"
#include "tools/options/study_file.hpp"

namespace cch {
namespace {

using options::Completes;
using options::Echo;
using options::named;
using options::Table;
using options::Words;
namespace fs = std::filesystem;

const options::Rules kUnsaid{.echo = Echo::never};
const options::Rules kSplit{.unless = "", .completes = Completes::files, .placed = placed_source};
const options::Rules kOut{.echo = Echo::never, .completes = Completes::folders};
const options::Rules kPage{.echo = Echo::never, .completes = Completes::files};
const options::Rules kStudy{.in_file = false, .echo = Echo::never, .completes = Completes::files};

// Values that name data: relative to the study that has them.
const options::Rules kSource{.completes = Completes::files, .placed = placed_source};

options::Rules pairs(Naming naming) {
  return {.one_each = true,
          .completes = Completes::files,
          .placed = [naming](const std::string& text, const fs::path& folder) {
            return placed_pair(text, naming, folder);
          }};
}

// A set has names and no place.
options::Rules teachers() {
  options::Rules out = pairs(Naming::optional);
  out.placed = [](const std::string& text, const fs::path& folder) {
    return may_be_set(text, folder) ? text : placed_pair(text, Naming::optional, folder);
  };
  return out;
}

// "none" says that rows are independent.
std::string placed_groups(const std::string& text, const fs::path& folder) {
  return text == "none" ? text : placed_source(text, folder);
}

std::optional<double> parse_lambda(const std::string& text) {
  if (text == "auto") return std::nullopt;
  double value = 0.0;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec == std::errc{} && result.ptr == end && std::isfinite(value) && value > 0.0) {
    return value;
  }
  refuse_usage("bad-lambda", "--lambda '" + text + "' is neither auto nor a number above 0",
               "λ = a/(1 − a) weighs the teacher's part of the loss against the labels'",
               "Write --lambda auto or, for example, --lambda 1");
}

Words lambda_or_auto(std::optional<double>& to) {
  return {[&to](const std::string& text) { to = parse_lambda(text); },
          [&to] { return to ? fmt::format("{}", *to) : "auto"; },
          {"auto"},
          true};
}

/// Seconds of "90s", "5m" or "2h"; nothing of "none".
std::optional<double> parse_budget(const std::string& text) {
  if (text == "none") return std::nullopt;
  double value = 0.0;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  const std::string_view unit(result.ptr, static_cast<std::size_t>(end - result.ptr));
  const double seconds = unit == "s" ? 1.0 : unit == "m" ? 60.0 : unit == "h" ? 3600.0 : 0.0;
  if (result.ec == std::errc{} && std::isfinite(value) && value * seconds > 0.0) {
    return value * seconds;
  }
  refuse_usage("bad-budget", "--budget '" + text + "' is neither a time nor none",
               "it is the time that pilots of networks may take",
               "Write for example --budget 90s, --budget 5m or --budget none");
}

Words budget_or_none(std::optional<double>& to) {
  return {[&to](const std::string& text) { to = parse_budget(text); },
          [&to] { return to ? fmt::format("{}s", *to) : "none"; },
          {},
          true};
}

/// A value that need not be there, which "auto" says.
template <class T, class Parse, class Print>
Words or_auto(std::optional<T>& to, const Parse& parse, const Print& print,
              std::vector<std::string> choices = {}) {
  if (!choices.empty()) choices.insert(choices.begin(), "auto");
  return {[&to, parse](const std::string& text) {
            to = text == "auto" ? std::nullopt : std::optional<T>(parse(text));
          },
          [&to, print] { return to ? std::string(print(*to)) : "auto"; }, std::move(choices)};
}
template <class T, class Parse>
Words named_or_auto(std::optional<T>& to, const Parse& parse, std::vector<std::string> choices) {
  return or_auto(
      to, parse, [](const T& value) { return to_string(value); }, std::move(choices));
}

options::WordList student_models(std::vector<NetworkSpec>& to) {
  return {[&to] { to.clear(); },
          [&to](const std::string& text) {
            if (text != "auto") to.push_back(parse_network_model(text));
          },
          [&to] {
            std::vector<std::string> names;
            for (const NetworkSpec& model : to) names.push_back(model_name(model));
            return names.empty() ? std::vector<std::string>{"auto"} : names;
          },
          {}};
}

Words verdict(std::optional<Verdict>& to) {
  return {[&to](const std::string& text) { to = parse_verdict(text); },
          [&to] { return to ? std::string(to_string(*to)) : ""; },
          {"distil", "do-not-distil", "inconclusive", "unreliable"}};
}

Table further_rows_table(RankSettings& s) {
  return {
      {"--extra-teacher", &s.extra_teachers,
       "NAME=PATH[:KEY] of further labelled rows of a teacher (scenario more-labels); one for "
       "every teacher",
       pairs(Naming::required)},
      {"--extra-labels", &s.extra_labels, "PATH[:KEY] of their labels", kSource},
      {"--split", &s.split,
       "PATH[:KEY] of the split by which features were fitted: ranks on the rows held out", kSplit},
      {"--split-train", &s.split_train, "Its value for rows that were fitted on", {.unless = ""}},
      {"--pixels", &s.pixels,
       "Inputs are images (N x C x H x W, labels N x H x W): draw so many pixels, balanced over "
       "classes and images; pixels of one image are a group"},
      {"--channels", named(s.channels, parse_channel_order, {"first", "last"}),
       "Of images: first, or last (N x H x W x C)"},
  };
}

Table questions_table(RankSettings& s) {
  return {
      {"--scenario",
       named_or_auto(s.scenario, parse_scenario, {"same-rows", "more-labels", "unlabelled-pairs"}),
       "same-rows, more-labels (the teacher learns from further labelled rows) or "
       "unlabelled-pairs (it also labels paired rows that have no label); auto: by chance all that "
       "the inputs allow, else same-rows"},
      {"--decide-by",
       named(s.decide_by, parse_decide_by,
             {"chance", "combined", "cch", "cch-prediction", "pilot"}),
       "What decides"},
      {"--lambda", lambda_or_auto(s.lambda),
       "Weight of the teacher's part of the pilot's loss, auto picks it on inner folds"},
      {"--permutations", &s.permutations,
       "Permutations of the test that I(teacher; student) = 0, 0 = no test"},
      {"--controls", &s.controls,
       "Also rank teachers of known worth: clones of the student, shuffled rows, noise"},
      {"--per-class", &s.per_class, "Also rank the teachers for each class against all others"},
      {"--planted-bias",
       &s.planted_bias,
       "Measure the estimators' bias on planted data of this shape",
       {.standard = "on with --full, and where it can turn a verdict: with --decide-by cch"}},
      {"--sensitivity",
       &s.sensitivity,
       "Curves and the grid of estimators, scales and k",
       {.standard = "on with --full"}},
      {"--full", &s.full, "Also what decides nothing: planted bias, curves and sensitivity"},
  };
}

Table chance_table(RankSettings& s) {
  const std::vector<std::string> models{"linear", "mlp", "cnn"};
  return {
      {"--student-model",
       student_models(s.student_models),
       "Kind of student that chances are about: linear, mlp, mlp:W[,W], cnn or cnn:C[,C]; repeat "
       "for several, the first decides; auto: linear and mlp; a cnn needs LibTorch",
       {.one_each = true, .suggestions = models}},
      {"--teacher-model",
       or_auto(s.teacher_model, parse_network_model, model_name),
       "Likewise of teachers; auto: as the student",
       {.suggestions = models}},
      {"--metric",
       named_or_auto(s.metric, parse_gain_metric,
                     {"cross-entropy", "accuracy", "f1", "auc", "mse"}),
       "What a gain is measured in: cross-entropy, accuracy, f1 (of each class, weighted by its "
       "rows) or auc (one class against the rest, mean) of classes, mse of real values"},
      {"--worthwhile",
       &s.worthwhile,
       "Gain that is worth the trouble: nats, or a share (0.01 is a point) of accuracy, f1 and auc",
       {.standard = "0.01, of accuracy and f1 0.005, of auc 0.003"}},
      {"--risk", &s.risk, "Share of firm verdicts that may be wrong"},
      {"--best-set", &s.best_set,
       "Whether fusing teachers pays: adds the teacher whose union with the best is expected to "
       "gain most, as long as the larger set is shown to be better"},
      {"--budget",
       budget_or_none(s.budget),
       "Time for pilots of networks (90s, 5m, 2h), as estimated for two cores, so that results do "
       "not depend on a clock; it goes to teachers whose chance is still open. none: all repeats "
       "for every teacher",
       {.suggestions = {"45s", "5m", "none"}}},
      {"--quick", &s.quick, "No networks, coarser estimates: seconds"},
  };
}

Table results_table(RankSettings& s) {
  return {
      {"-o,--out", &s.out,
       "Folder for rank.json, ranking.csv and report.html, from where the command runs", kOut},
      {"--force", &s.force, "Overwrite files there that cch did not make", options::kLineOnly},
      {"--html", &s.html, "File for the report alone", kPage},
      {"--fail-on", verdict(s.fail_on), "Exit with 4 if the first teacher's verdict is this one",
       kUnsaid},
      {"-n,--dry-run", &s.dry_run, "Read and check the inputs, estimate nothing",
       options::kLineOnly},
  };
}

}  // namespace

options::WordList estimator_names(std::vector<std::string>& names) {
  std::vector<std::string> known{"auto"};
  for (const CatalogEntry& entry : catalog()) known.emplace_back(entry.name);
  return {[&names] { names.clear(); },
          [&names](const std::string& name) {
            if (name != "auto") default_options(name);
            names.push_back(name);
          },
          [&names] { return names; }, known};
}

Table rows_table(RankSettings& s) {
  Table out{
      {"study", &s.study, "STUDY.toml with the same names as the options", kStudy},
      {"--student", &s.student,
       "[NAME=]PATH[:KEY] of the modality that must work alone; without NAME the KEY or the "
       "file's name without its ending",
       pairs(Naming::optional)},
      {"--teacher", &s.teachers,
       "[NAME=]PATH[:KEY] of a candidate; repeat for each; NAME+NAME is one of the columns of "
       "several",
       teachers()},  // a study may follow
      {"--teacher-kind",
       &s.teacher_kinds,
       "[NAME=]KIND of what --teacher names: features, or the outputs of a teacher that was "
       "trained "
       "before, logits or probabilities with a column a class; without NAME of all others",
       {.one_each = true, .unless = "", .suggestions = {"features", "logits", "probabilities"}}},
      {"--teacher-saw-rows",
       &s.teacher_saw_rows,
       "[NAME=]no if all these rows were held out when a teacher with outputs was trained, yes if "
       "not (cross-fitting too); without NAME of all others",
       {.one_each = true, .unless = "", .suggestions = {"yes", "no"}}},
      {"--labels", &s.labels, "PATH[:KEY] of classes or real values", kSource},
      {"--y-kind", named(s.y_kind, parse_label_kind, {"auto", "continuous", "discrete"}),
       "What labels are"},
      {"--unlabelled", &s.unlabelled,
       "Label that means that a row has none, such as -1, 255 or nan; empty fields of a table are "
       "then accepted too"},
      {"--labelled", &s.labelled,
       "Pretend that only so many rows have a label: drawn by the seed, classes in their shares, "
       "whole groups; the others count as unlabelled"},
      {"--groups",
       &s.groups,
       "Which rows belong together (images, videos, patients); none if rows are independent",
       {.suggestions = {"none"}, .completes = Completes::files, .placed = placed_groups}},
      {"--ids", &s.ids,
       "NAME=PATH[:KEY] of row identifiers; one for every modality, labels and groups",
       pairs(Naming::required)},
      {"--first-rows", &s.first_rows, "Use only the first rows, 0 = all"},
  };
  return append(out, pool_table(s.pool, s.lengths));
}

Table pool_table(Pool& pool, std::string& lengths) {
  return {
      {"--pool",
       named(pool, parse_pool, {"none", "flatten", "mean"}),
       "Of arrays N x T x D, sequences of T steps: mean takes the mean over the steps, padding "
       "left "
       "out; flatten takes T x D columns, as none does with a warning",
       {.unless = "none"}},
      {"--lengths", &lengths,
       "PATH[:KEY] of the steps of each row that are no padding, for --pool mean; without it steps "
       "of zeros at the ends are padding",
       kSplit},
  };
}

Table estimators_table(std::vector<std::string>& estimators, Scale& scale,
                       std::optional<std::size_t>& k, bool& exact) {
  return {
      {"--estimator",
       estimator_names(estimators),
       "auto or a name of `cch doctor`; repeat to compare, the first decides",
       {.one_each = true}},
      {"--scale", named(scale, parse_scale, {"none", "zscore", "rank"}), "Of every column"},
      {"--k", &k, "Neighbours, where the estimator has them"},
      {"--exact", &exact,
       "Every row, however long it takes; else rank estimates information on at most 20,000"},
  };
}

Table rank_table(RankSettings& s) {
  Table out = rows_table(s);
  append(out, further_rows_table(s));
  append(out, questions_table(s));
  append(out, chance_table(s));
  append(out, estimators_table(s.estimators, s.scale, s.k, s.exact));
  append(out, results_table(s));
  return append(out, common_table(s.common));
}

void read_rank_study(const std::string& path, const std::vector<std::string>& given,
                     const Table& table, FaultCollector& refused) {
  options::read_table(options::parse_file(path, "study"), table, {path, "study"}, given, {},
                      &refused);
}

options::StudyFile rank_study_file() {
  const auto s = std::make_shared<RankSettings>();
  return {"rank",
          "`cch rank STUDY.toml`, and `cch check STUDY.toml` with the same inputs",
          {{"", rank_table(*s)}},
          "",
          s};
}

}  // namespace cch
