#include "cch/estimators/catalog.hpp"

#include <array>
#include <chrono>
#include <string>
#include <type_traits>

#include "cch/core/nearest_name.hpp"

namespace cch {
namespace {

constexpr std::array<CatalogEntry, std::variant_size_v<EstimatorOptions>> kCatalog{{
    {"ksg1", "nearest neighbours, first algorithm", "Kraskov, Stögbauer & Grassberger 2004",
     Accepts::real, Accepts::real, ErrorBarKind::subsampling, true},
    {"ksg2", "nearest neighbours, second algorithm", "Kraskov, Stögbauer & Grassberger 2004",
     Accepts::real, Accepts::real, ErrorBarKind::subsampling, true},
    {"ross", "nearest neighbours, real vectors against class labels", "Ross 2014", Accepts::real,
     Accepts::labels, ErrorBarKind::subsampling, true},
    {"mixed-ksg", "nearest neighbours for mixtures of continuous and discrete",
     "Gao, Kannan, Oh & Viswanath 2017", Accepts::either, Accepts::either,
     ErrorBarKind::subsampling, true},
    {"gaussian", "joint Gaussian, bias-corrected", "closed form; Ledoit & Wolf 2004", Accepts::real,
     Accepts::real, ErrorBarKind::subsampling, false},
    {"gaussian-copula", "joint Gaussian after normal scores", "Ince et al. 2017", Accepts::real,
     Accepts::real, ErrorBarKind::subsampling, false},
    {"label-bound", "cross-fitted classifiers, lower bound", "H(Y) minus held-out cross-entropy",
     Accepts::real, Accepts::labels, ErrorBarKind::row_terms, false},
    {"cca-ksg", "held-out canonical pairs, then nearest neighbours", "ours", Accepts::real,
     Accepts::real, ErrorBarKind::subsampling, false},
    {"discrete", "plug-in for two label variables, bias-corrected", "Miller 1955", Accepts::labels,
     Accepts::labels, ErrorBarKind::row_terms, false},
    {"mine", "critic network, Donsker-Varadhan bound", "Belghazi et al. 2018", Accepts::real,
     Accepts::either, ErrorBarKind::row_terms, false, true},
    {"nwj", "critic network, f-divergence bound", "Nguyen, Wainwright & Jordan 2010", Accepts::real,
     Accepts::either, ErrorBarKind::row_terms, false, true},
    {"infonce", "critic network, contrastive bound, at most ln N", "van den Oord et al. 2018",
     Accepts::real, Accepts::either, ErrorBarKind::row_terms, false, true},
    {"smile", "critic network, clipped Donsker-Varadhan", "Song & Ermon 2020", Accepts::real,
     Accepts::either, ErrorBarKind::row_terms, false, true},
    {"doe", "difference of entropies by density networks", "McAllester & Stratos 2020",
     Accepts::real, Accepts::either, ErrorBarKind::row_terms, false, true},
    {"latent", "codes by cross-predicting autoencoders, then neighbours", "Gowri et al. 2024",
     Accepts::real, Accepts::either, ErrorBarKind::row_terms, false, true},
    {"latent-mine", "latent with a Donsker-Varadhan tie", "Gowri et al. 2024", Accepts::real,
     Accepts::either, ErrorBarKind::row_terms, false, true},
    {"latent-infonce", "latent with a contrastive tie", "Gowri et al. 2024", Accepts::real,
     Accepts::either, ErrorBarKind::row_terms, false, true},
}};

bool accepts(Accepts what, const Variable& v) {
  return what == Accepts::either || (what == Accepts::labels) == is_discrete(v);
}

std::string names_for(const Variable& x, const Variable& y) {
  std::string names;
  for (const CatalogEntry& entry : kCatalog) {
    const bool fits = (accepts(entry.x, x) && accepts(entry.y, y)) ||
                      (accepts(entry.x, y) && accepts(entry.y, x));
    if (fits) names += (names.empty() ? "" : ", ") + std::string(entry.name);
  }
  return names;
}

[[noreturn]] void refuse_kinds(const CatalogEntry& entry, const Variable& x, const Variable& y) {
  auto kind = [](const Variable& v) { return is_discrete(v) ? "class labels" : "real values"; };
  refuse_usage("wrong-variable-kind",
               "estimator '" + std::string(entry.name) + "' does not take " + kind(x) +
                   " against " + kind(y),
               "its formula is not defined for them", "Use one of: auto, " + names_for(x, y));
}

// One overload an estimator: how its function takes its variables.
struct Run {
  const Variable& x;
  const Variable& y;
  const Groups& groups;
  const Execution& exec;

  const Samples& real_x() const { return std::get<Samples>(x); }
  const Samples& real_y() const { return std::get<Samples>(y); }
  const ClassLabels& labels_x() const { return std::get<ClassLabels>(x); }
  const ClassLabels& labels_y() const { return std::get<ClassLabels>(y); }

  Estimate operator()(const Ksg1Options& o) const {
    return ksg1(real_x(), real_y(), groups, o, exec);
  }
  Estimate operator()(const Ksg2Options& o) const {
    return ksg2(real_x(), real_y(), groups, o, exec);
  }
  Estimate operator()(const RossOptions& o) const {
    return ross(real_x(), labels_y(), groups, o, exec);
  }
  Estimate operator()(const MixedKsgOptions& o) const { return mixed_ksg(x, y, groups, o, exec); }
  Estimate operator()(const GaussianOptions& o) const {
    return gaussian(real_x(), real_y(), groups, o, exec);
  }
  Estimate operator()(const GaussianCopulaOptions& o) const {
    return gaussian_copula(real_x(), real_y(), groups, o, exec);
  }
  Estimate operator()(const LabelBoundOptions& o) const {
    return label_bound(real_x(), labels_y(), groups, o, exec);
  }
  Estimate operator()(const CcaKsgOptions& o) const {
    return cca_ksg(real_x(), real_y(), groups, o, exec);
  }
  Estimate operator()(const DiscreteOptions& o) const {
    return discrete(labels_x(), labels_y(), groups, o, exec);
  }
  Estimate operator()(const MineOptions& o) const { return mine(real_x(), y, groups, o, exec); }
  Estimate operator()(const NwjOptions& o) const { return nwj(real_x(), y, groups, o, exec); }
  Estimate operator()(const InfonceOptions& o) const {
    return infonce(real_x(), y, groups, o, exec);
  }
  Estimate operator()(const SmileOptions& o) const { return smile(real_x(), y, groups, o, exec); }
  Estimate operator()(const DoeOptions& o) const { return doe(real_x(), y, groups, o, exec); }
  Estimate operator()(const LatentOptions& o) const {
    return latent(real_x(), y, groups, o, exec, LatentTie::cross);
  }
  Estimate operator()(const LatentMineOptions& o) const {
    return latent(real_x(), y, groups, o, exec, LatentTie::mine);
  }
  Estimate operator()(const LatentInfonceOptions& o) const {
    return latent(real_x(), y, groups, o, exec, LatentTie::infonce);
  }
};

}  // namespace

std::span<const CatalogEntry> catalog() {
  return kCatalog;
}

const CatalogEntry& entry_of(const EstimatorOptions& options) {
  return kCatalog[options.index()];
}

EstimatorOptions default_options(std::string_view name) {
  static const std::array<EstimatorOptions, kCatalog.size()> defaults{
      Ksg1Options{},       Ksg2Options{},         RossOptions{},
      MixedKsgOptions{},   GaussianOptions{},     GaussianCopulaOptions{},
      LabelBoundOptions{}, CcaKsgOptions{},       DiscreteOptions{},
      MineOptions{},       NwjOptions{},          InfonceOptions{},
      SmileOptions{},      DoeOptions{},          LatentOptions{},
      LatentMineOptions{}, LatentInfonceOptions{}};
  std::vector<std::string> names{"auto"};
  for (std::size_t i = 0; i < kCatalog.size(); ++i) {
    if (kCatalog[i].name == name) return defaults[i];
    names.emplace_back(kCatalog[i].name);
  }
  refuse_usage("unknown-estimator", "there is no estimator '" + std::string(name) + "'", {},
               "Did you mean '" + nearest_name(name, names) + "'? `cch doctor` lists them all");
}

void set_neighbours(EstimatorOptions& options, std::size_t k) {
  std::visit(
      [&](auto& o) {
        if constexpr (requires { o.k = k; }) {
          o.k = k;
        } else {
          refuse_usage("option-without-meaning",
                       "estimator '" + std::string(entry_of(options).name) + "' has no neighbours",
                       "--k would change nothing", "Leave out --k or choose another estimator");
        }
      },
      options);
}

void set_exact(EstimatorOptions& options) {
  std::visit(
      [](auto& o) {
        if constexpr (requires { o.exact = true; }) o.exact = true;
      },
      options);
}

Estimate estimate(const EstimatorOptions& options, const Variable& x, const Variable& y,
                  const Groups& groups, const Execution& exec) {
  const CatalogEntry& entry = entry_of(options);
  const bool in_place = accepts(entry.x, x) && accepts(entry.y, y);
  const bool swapped = accepts(entry.x, y) && accepts(entry.y, x);
  if (!in_place && !swapped) refuse_kinds(entry, x, y);
  if (size(x) < 2) {
    refuse_data("too-few-rows", "there is a single row", {}, "information needs variation",
                "Give more rows");
  }
  const auto begin = std::chrono::steady_clock::now();
  const Run run{in_place ? x : y, in_place ? y : x, groups, exec};
  Estimate result = std::visit(run, options);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  // The sides as given, labels as one column: estimators may swap them or code classes in digits.
  result.dim_x = dim(x);
  result.dim_y = dim(y);
  result.diagnostics.set("seconds", seconds.count());
  return result;
}

}  // namespace cch
