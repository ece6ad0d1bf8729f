#include <memory>
#include <optional>

#include "cch/data/align.hpp"
#include "cch/data/row_order.hpp"
#include "cch/data/source.hpp"
#include "cch/documents/from_result.hpp"
#include "cch/estimators/catalog.hpp"
#include "cch/estimators/error_bars.hpp"
#include "cch/estimators/ksg_conditional.hpp"
#include "cch/estimators/scale.hpp"
#include "cch/report/estimate.hpp"
#include "tools/cch/command.hpp"
#include "tools/cch/common_options.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/fault_collector.hpp"
#include "tools/cch/inputs/y_kind.hpp"
#include "tools/cch/rank/settings.hpp"
#include "tools/documents/json.hpp"
#include "tools/options/echo.hpp"

namespace cch {
namespace {

constexpr std::string_view kConditional = "ksg-conditional";

using options::named;

struct EstimateOptions {
  CommonOptions common;
  std::string x;
  std::string y;
  std::string given;
  std::string estimator = "auto";
  LabelKind y_kind = LabelKind::automatic;
  std::string groups;
  Scale scale = Scale::rank;
  std::optional<std::size_t> k;
  std::size_t first_rows = 0;
  Pool pool = Pool::none;
  std::string lengths;
  bool exact = false;
};

// auto, a name of the catalog or that of I(X;Y|Z).
options::Words estimator_name(std::string& to) {
  std::vector<std::string> known{"auto", std::string(kConditional)};
  for (const CatalogEntry& entry : catalog()) known.emplace_back(entry.name);
  return {[&to](const std::string& name) {
            if (name != "auto" && name != kConditional) default_options(name);
            to = name;
          },
          [&to] { return to; }, known};
}

options::Table estimate_table(EstimateOptions& o) {
  using options::Completes;
  using options::Echo;
  const options::Rules source{.echo = Echo::never, .completes = Completes::files};
  options::Rules required = source;
  required.required = true;
  options::Table out{
      {"x", &o.x, "PATH, PATH:KEY or a data set such as fashion-mnist:left", required},
      {"y", &o.y, "Likewise; labels or real values", required},
      {"--estimator", estimator_name(o.estimator), "auto, or a name that `cch doctor` lists"},
      {"--given", &o.given, "Z of I(X;Y|Z), for --estimator ksg-conditional", source},
      {"--y-kind", named(o.y_kind, parse_label_kind, {"auto", "continuous", "discrete"}),
       "What y is"},
      {"--groups", &o.groups,
       "Which rows belong together (images, videos, patients); none if rows are independent",
       source},
      {"--scale", named(o.scale, parse_scale, {"none", "zscore", "rank"}), "Of every column"},
      {"--k", &o.k, "Neighbours; the estimator's own default otherwise"},
      {"--first-rows", &o.first_rows, "Use only the first rows, 0 = all"},
      {"--exact", &o.exact, "Every row a query, however long it takes"},
  };
  return append(out, pool_table(o.pool, o.lengths));
}

bool groups_named(const EstimateOptions& o) {
  return !o.groups.empty() && o.groups != "none";
}

struct EstimateInputs {
  Variable x;
  Variable y;
  std::optional<Samples> given;
  Groups groups = Groups::singletons(0);
  std::vector<documents::InputRecord> record;
  std::vector<Warning> warnings;
};

// Reads every file before it complains, so that all faults come at once.
class Loader {
 public:
  explicit Loader(const EstimateOptions& options)
      : o_(options),
        limit_{.max_rows = o_.first_rows,
               .threads = o_.common.threads,
               .hashes = std::make_shared<FileHashes>(),
               .held = options.common.held} {}

  EstimateInputs run() {
    limit_.pool = o_.pool;
    if (!o_.lengths.empty()) {
      faults_.attempt([&] { limit_.lengths = load_lengths(parse_source(o_.lengths), limit_); });
    }
    faults_.attempt([&] { load_x(); });
    faults_.attempt([&] { load_y(); });
    faults_.attempt([&] {
      if (o_.given.empty()) return;
      LoadedSamples z = load_samples(parse_source(o_.given), "given", limit_);
      in_.given = std::move(z.samples);
      given_shape_ = z.info.shape;
      keep("given", z.info);
    });
    faults_.attempt([&] {
      if (!groups_named(o_)) return;
      LoadedGroups groups = load_groups(parse_source(o_.groups), limit_);
      in_.groups = std::move(groups.groups);
      keep("groups", groups.info);
    });
    if (!y_shape_.empty()) {
      faults_.attempt([&] { refuse_transposed(x_shape_, "x", y_shape_.front()); });
      faults_.attempt([&] { refuse_transposed(given_shape_, "given", y_shape_.front()); });
    }
    faults_.throw_if_any();
    if (!groups_named(o_)) in_.groups = Groups::singletons(size(in_.x));
    const auto* x = std::get_if<Samples>(&in_.x);
    const auto leak = x == nullptr ? std::nullopt : look_at_row_order(*x, "x", in_.y);
    if (leak) in_.warnings.push_back(*leak);
    return std::move(in_);
  }

 private:
  void keep(const std::string& role, const SourceInfo& info) {
    in_.record.push_back(input_record(role, role, info));
    in_.warnings.insert(in_.warnings.end(), info.warnings.begin(), info.warnings.end());
  }

  void load_x() {
    if (o_.estimator == "discrete") {
      LoadedLabels x = load_labels(parse_source(o_.x), LabelKind::discrete, limit_);
      in_.x = std::move(x.labels);
      keep("x", x.info);
      return;
    }
    LoadedSamples x = load_samples(parse_source(o_.x), "x", limit_);
    in_.x = std::move(x.samples);
    x_shape_ = x.info.shape;
    keep("x", x.info);
  }

  void load_y() {
    if (o_.estimator == kConditional) {
      LoadedSamples y = load_samples(parse_source(o_.y), "y", limit_);
      in_.y = std::move(y.samples);
      y_shape_ = y.info.shape;
      keep("y", y.info);
      return;
    }
    LoadedLabels y = load_labels(parse_source(o_.y), o_.y_kind, limit_);
    in_.y = std::move(y.labels);
    y_shape_ = y.info.shape;
    keep("y", y.info);
    in_.warnings.push_back({"y-kind", "y taken as " + y.kind_reason});
  }

  const EstimateOptions& o_;
  LoadOptions limit_;
  EstimateInputs in_;
  std::vector<std::size_t> x_shape_;  // as stored
  std::vector<std::size_t> y_shape_;
  std::vector<std::size_t> given_shape_;
  FaultCollector faults_;
};

void put_on_scale(Variable& v, Scale scale, std::vector<Warning>& warnings, const Execution& exec) {
  if (auto* samples = std::get_if<Samples>(&v)) *samples = scaled(*samples, scale, warnings, exec);
}

void check_options(const EstimateOptions& o) {
  if (!o.lengths.empty() && o.pool != Pool::mean) {
    refuse_usage("option-without-meaning", "--lengths has no use without --pool mean",
                 "it says how many steps the mean is over", "Add --pool mean, or leave it out");
  }
  const bool conditional = o.estimator == kConditional;
  if (conditional == !o.given.empty()) return;
  refuse_usage("option-without-meaning",
               conditional ? "ksg-conditional needs a third variable"
                           : "--given is for the conditional estimator only",
               "I(X;Y|Z) conditions on Z", "Use --estimator ksg-conditional --given Z together");
}

EstimatorChoice choose(const EstimateOptions& o, const EstimateInputs& in) {
  EstimatorChoice choice = o.estimator == "auto"
                               ? choose_estimator(in.x, in.y, in.groups)
                               : EstimatorChoice{default_options(o.estimator), "as asked for"};
  if (o.k) {
    if (auto* cca = std::get_if<CcaKsgOptions>(&choice.options)) {
      cca->k = *o.k;
    } else {
      set_neighbours(choice.options, *o.k);
    }
  }
  if (o.exact) set_exact(choice.options);
  return choice;
}

Estimate run_estimator(const EstimateOptions& o, const EstimateInputs& in, std::string& why,
                       const Execution& exec) {
  if (o.estimator != kConditional) {
    const EstimatorChoice choice = choose(o, in);
    why = choice.why;
    return with_error_bar(Measurement(choice.options, in.x, in.y, in.groups, exec), exec);
  }
  KsgConditionalOptions options{.k = o.k.value_or(4), .exact = o.exact};
  why = "as asked for";
  Estimate estimate = ksg_conditional(std::get<Samples>(in.x), std::get<Samples>(in.y), *in.given,
                                      in.groups, options, exec);
  estimate.warnings.push_back(
      {"no-error-bar", "ksg-conditional gives a point estimate; it has no error bar yet"});
  return estimate;
}

documents::EstimateDocument document(const EstimateOptions& o, const EstimateInputs& in,
                                     const Estimate& estimate, const std::string& why,
                                     const Invocation& invocation, const Execution& exec) {
  documents::Provenance from;
  from.inputs = in.record;
  from.warnings = in.warnings;
  EstimateOptions asked = o;
  from.config = documents::read_facts(options::echo(estimate_table(asked), '_'));
  from.command = invocation.command_line;
  return documents::estimate_document(estimate, why, o.scale, exec, from);
}

int run(const EstimateOptions& o, Invocation& invocation) {
  check_options(o);
  Terminal& terminal = invocation.terminal;
  const auto progress = make_progress(terminal, true);
  const Execution exec = make_execution(o.common, invocation.stop, progress.get(),
                                        any_networks(std::span(&o.estimator, 1)));
  EstimateInputs in = Loader(o).run();
  put_on_scale(in.x, o.scale, in.warnings, exec);
  put_on_scale(in.y, o.scale, in.warnings, exec);
  if (in.given) in.given = scaled(*in.given, o.scale, in.warnings, exec);
  std::string why;
  const Estimate estimate = run_estimator(o, in, why, exec);
  const documents::EstimateDocument found = document(o, in, estimate, why, invocation, exec);
  if (o.common.json) {
    terminal.out << documents::to_text(found, 2) << '\n';
  } else {
    terminal.out << report::render_estimate_table(
        found, {terminal.colour, terminal.width, o.common.quiet});
    if (o.common.verbose) {
      print_diagnostics("the estimate", documents::to_json(found.diagnostics), terminal.out);
    }
  }
  return kExitDone;
}

}  // namespace

Command setup_estimate(CommandLine app) {
  auto o = std::make_shared<EstimateOptions>();
  app.add(estimate_table(*o));
  app.add(common_table(o->common));
  return [o, app](Invocation& invocation) {
    app.refused().throw_if_any();
    EstimateOptions asked = *o;
    asked.common.held = invocation.held;
    return run(asked, invocation);
  };
}

}  // namespace cch
