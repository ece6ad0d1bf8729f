// The catalog: what each entry takes, what it refuses, and what `auto` picks at each boundary.

#include "cch/estimators/catalog.hpp"

#include <string>
#include <vector>

#include "support/draws.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using test::kRounding;

constexpr std::size_t kRows = 120;

ClassLabels cycling(std::size_t n, std::size_t classes, std::size_t step = 1) {
  std::vector<int> codes(n);
  for (std::size_t i = 0; i < n; ++i) codes[i] = static_cast<int>(i / step % classes);
  return test::labels_of(std::move(codes), classes);
}

Variable real(std::size_t n, std::size_t dim, std::uint64_t seed) {
  return test::gaussian_rows(n, dim, dim, 0.5, seed).x;
}

bool takes(Accepts what, bool labels) {
  return what == Accepts::either || labels == (what == Accepts::labels);
}

// Networks need LibTorch, which a build may lack; what they answer then is tested with them.
bool runs_here(const CatalogEntry& entry) {
  return !entry.networks || neural_support().available;
}

Error refusal(const EstimatorOptions& options, const Variable& x, const Variable& y) {
  try {
    (void)estimate(options, x, y, Groups::singletons(size(x)), {});
  } catch (const Error& error) {
    return error;
  }
  return {ErrorKind::run, Fault{"accepted", {}, {}, {}, {}}};
}

std::string pick(const Variable& x, const Variable& y, const Groups& groups) {
  const EstimatorChoice choice = choose_estimator(x, y, groups);
  CHECK_FALSE(choice.why.empty());
  return std::string(entry_of(choice.options).name);
}

std::string pick(const Variable& x, const Variable& y) {
  return pick(x, y, Groups::singletons(size(x)));
}

TEST_CASE("every entry runs on what it accepts, and its result carries its name") {
  for (const CatalogEntry& entry : catalog()) {
    CAPTURE(entry.name);
    const EstimatorOptions options = default_options(entry.name);
    CHECK(entry_of(options).name == entry.name);
    CHECK_FALSE(entry.summary.empty());
    CHECK_FALSE(entry.paper.empty());
    if (!runs_here(entry)) continue;
    for (const bool x_labels : {false, true}) {
      for (const bool y_labels : {false, true}) {
        if (!takes(entry.x, x_labels) || !takes(entry.y, y_labels)) continue;
        const Variable x = x_labels ? Variable(cycling(kRows, 3)) : real(kRows, 2, 1);
        const Variable y = y_labels ? Variable(cycling(kRows, 2, 7)) : real(kRows, 1, 2);
        const Estimate e = estimate(options, x, y, Groups::singletons(kRows), {});
        CHECK(e.method == entry.name);
        CHECK(std::isfinite(e.nats));
        CHECK(e.n == kRows);
        CHECK(e.dim_x == dim(x));
        CHECK(e.dim_y == dim(y));
        CHECK(e.diagnostics.number("seconds").value_or(-1.0) >= 0.0);
        const bool means_of_rows = entry.error_bars == ErrorBarKind::row_terms || entry.neighbours;
        CHECK(e.row_terms.size() == (means_of_rows ? kRows : 0));
      }
    }
  }
}

TEST_CASE("every entry refuses what it does not accept and names what would take it") {
  const Variable numbers = real(kRows, 1, 3);
  const Variable classes = cycling(kRows, 3);
  int refused = 0;
  for (const CatalogEntry& entry : catalog()) {
    for (const bool x_labels : {false, true}) {
      for (const bool y_labels : {false, true}) {
        const bool straight = takes(entry.x, x_labels) && takes(entry.y, y_labels);
        const bool swapped = takes(entry.x, y_labels) && takes(entry.y, x_labels);
        if (straight || swapped) continue;
        CAPTURE(entry.name);
        const Error error = refusal(default_options(entry.name), x_labels ? classes : numbers,
                                    y_labels ? classes : numbers);
        CHECK(error.kind() == ErrorKind::usage);
        REQUIRE(error.faults().size() == 1);
        const Fault& fault = error.faults().front();
        CHECK(fault.code == "wrong-variable-kind");
        CHECK(fault.problem.find(entry.name) != std::string::npos);
        // What it offers does take them.
        for (const CatalogEntry& other : catalog()) {
          const std::string offered = fault.action + ",";
          const bool is_offered =
              offered.find(" " + std::string(other.name) + ",") != std::string::npos;
          const bool fits = (takes(other.x, x_labels) && takes(other.y, y_labels)) ||
                            (takes(other.x, y_labels) && takes(other.y, x_labels));
          CHECK(is_offered == fits);
        }
        ++refused;
      }
    }
  }
  // Five entries for real values refuse three combinations each, two for real against labels
  // two each, the one for labels three, mixed-ksg takes everything, and the eight with networks
  // refuse labels on both sides.
  CHECK(refused == 5 * 3 + 2 * 2 + 3 + 8);
}

TEST_CASE("labels may stand on either side") {
  const Variable x = real(kRows, 2, 4);
  const Variable y = cycling(kRows, 3);
  const Groups groups = Groups::singletons(kRows);
  for (const std::string name : {"ross", "label-bound", "mixed-ksg"}) {
    CAPTURE(name);
    const EstimatorOptions options = default_options(name);
    const Estimate straight = estimate(options, x, y, groups, {});
    const Estimate swapped = estimate(options, y, x, groups, {});
    CHECK(test::near(straight.nats, swapped.nats, kRounding));
    CHECK(swapped.dim_x == 1);
    CHECK(swapped.dim_y == 2);
  }
  CHECK(pick(x, y) == pick(y, x));
}

TEST_CASE("an unknown name gets the nearest one, and is the caller's mistake") {
  auto message = [](const std::string& name) {
    try {
      (void)default_options(name);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::usage);
      CHECK(error.faults().front().code == "unknown-estimator");
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(message("kgs1").find("'ksg1'") != std::string::npos);
  CHECK(message("gausian-copula").find("'gaussian-copula'") != std::string::npos);
  CHECK(message("label_bound").find("'label-bound'") != std::string::npos);
  CHECK(message("CCA-KSG").find("'cca-ksg'") != std::string::npos);
  CHECK(message("").find("there is no estimator ''") != std::string::npos);
  CHECK(message("auto").find("auto") != std::string::npos);  // a rule, not an entry
}

TEST_CASE("rows that do not pair, and a single row, are refused") {
  const Groups groups = Groups::singletons(kRows);
  for (const CatalogEntry& entry : catalog()) {
    if (!runs_here(entry)) continue;
    CAPTURE(entry.name);
    auto variable = [&](Accepts what, std::size_t n) {
      return what == Accepts::labels ? Variable(cycling(n, 2)) : real(n, 1, n);
    };
    auto code = [&](std::size_t n_x, std::size_t n_y, const Groups& g) {
      return test::fault_code([&] {
        (void)estimate(default_options(entry.name), variable(entry.x, n_x), variable(entry.y, n_y),
                       g, {});
      });
    };
    CHECK(code(kRows, kRows - 1, groups) == "unequal-rows");
    CHECK(code(kRows - 1, kRows, groups) == "unequal-rows");
    CHECK(code(kRows, kRows, Groups::singletons(kRows + 1)) == "unequal-rows");
    CHECK(code(1, 1, Groups::singletons(1)) == "too-few-rows");
  }
}

TEST_CASE("k reaches every estimator that has neighbours, and is refused by the others") {
  const test::XY xy = test::gaussian_rows(200, 1, 1, 0.6, 5);
  const Variable labels = cycling(200, 2);
  for (const CatalogEntry& entry : catalog()) {
    if (!runs_here(entry)) continue;
    CAPTURE(entry.name);
    EstimatorOptions options = default_options(entry.name);
    const bool has_k =
        entry.neighbours || entry.name == "cca-ksg" || entry.name.starts_with("latent");
    if (!has_k) {
      CHECK(test::fault_code([&] { set_neighbours(options, 3); }) == "option-without-meaning");
      continue;
    }
    const Variable y = entry.y == Accepts::labels ? labels : Variable(xy.y);
    const Groups groups = Groups::singletons(200);
    const double before = estimate(options, xy.x, y, groups, {}).nats;
    set_neighbours(options, 25);
    const Estimate after = estimate(options, xy.x, y, groups, {});
    CHECK(after.nats != before);
    CHECK(after.diagnostics.number("k").value_or(0.0) == 25.0);
    set_neighbours(options, 200);
    // ross takes what a class has; the others need k rows beside each row.
    if (entry.name != "ross") CHECK(refusal(options, xy.x, y).kind() == ErrorKind::usage);
    set_neighbours(options, 0);
    CHECK(refusal(options, xy.x, y).kind() == ErrorKind::usage);
  }
}

TEST_CASE("exact reaches the estimators that may subsample their queries, and changes no other") {
  auto exact_of = [](const std::string& name) {
    EstimatorOptions options = default_options(name);
    set_exact(options);
    CHECK(entry_of(options).name == name);
    return options;
  };
  CHECK(std::get<Ksg1Options>(exact_of("ksg1")).exact);
  CHECK(std::get<Ksg2Options>(exact_of("ksg2")).exact);
  CHECK(std::get<RossOptions>(exact_of("ross")).exact);
  CHECK(std::get<MixedKsgOptions>(exact_of("mixed-ksg")).exact);
  for (const std::string name :
       {"gaussian", "gaussian-copula", "label-bound", "cca-ksg", "discrete"})
    exact_of(name);
}

TEST_CASE("auto, labels: discrete, ross up to two columns, label-bound above") {
  const Variable labels = cycling(kRows, 3);
  CHECK(pick(labels, cycling(kRows, 2)) == "discrete");
  CHECK(pick(real(kRows, 1, 1), labels) == "ross");
  CHECK(pick(real(kRows, 2, 1), labels) == "ross");
  CHECK(pick(real(kRows, 3, 1), labels) == "label-bound");
}

TEST_CASE("auto, labels: a class of nine rows is too small for neighbours, one of ten is not") {
  auto with_small_class = [](std::size_t rows) {
    std::vector<int> codes(kRows, 0);
    for (std::size_t i = 0; i < rows; ++i) codes[i] = 1;
    return test::labels_of(std::move(codes), 3);  // class 2 has no row, which is no small class
  };
  CHECK(pick(real(kRows, 1, 1), with_small_class(9)) == "label-bound");
  CHECK(pick(real(kRows, 1, 1), with_small_class(10)) == "ross");
}

TEST_CASE("auto, 1 + 1 columns: ties in random orders from more than 5 % repeated values on") {
  auto with_repeats = [](std::size_t repeated) {
    Matrix values(100, 1);
    for (std::size_t i = 0; i < 100; ++i)
      values(i, 0) = i < repeated ? -1.0 : static_cast<double>(i);
    return Variable(Samples::from(std::move(values)));
  };
  const Variable plain = real(100, 1, 9);
  const auto draws = [](const Variable& x, const Variable& y) {
    const auto choice = choose_estimator(x, y, Groups::singletons(100)).options;
    const auto* ksg = std::get_if<Ksg1Options>(&choice);
    return ksg != nullptr ? ksg->tie_draws : std::get<RossOptions>(choice).tie_draws;
  };
  CHECK(pick(with_repeats(6), plain) == "ksg1");
  CHECK(draws(plain, plain) == 0);
  CHECK(draws(with_repeats(5), plain) == 0);
  CHECK(draws(with_repeats(6), plain) > 1);
  CHECK(draws(plain, with_repeats(6)) > 1);
  // Against classes too: ties break the count of neighbours within the class.
  CHECK(draws(with_repeats(5), cycling(100, 2)) == 0);
  CHECK(draws(with_repeats(6), cycling(100, 2)) > 1);
}

TEST_CASE("auto, more columns: cca-ksg from 50 rows and 8 groups on") {
  CHECK(pick(real(50, 2, 1), real(50, 1, 2)) == "cca-ksg");
  CHECK(pick(real(50, 1, 1), real(50, 2, 2)) == "cca-ksg");
  CHECK(pick(real(49, 2, 1), real(49, 1, 2)) == "ksg1");
  CHECK(pick(real(200, 2, 1), real(200, 2, 2), test::equal_groups(8, 25)) == "cca-ksg");
  std::vector<std::size_t> seven(210);
  for (std::size_t i = 0; i < seven.size(); ++i) seven[i] = i / 30;
  CHECK(pick(real(210, 2, 1), real(210, 2, 2), Groups::from(seven)) == "ksg1");
}

TEST_CASE("what auto picks runs at the boundary where it is first picked") {
  const Groups eight = test::equal_groups(8, 25);
  const test::XY xy = test::gaussian_grouped_rows(eight, 2, 0.6, 0.5, 4);
  const EstimatorChoice choice = choose_estimator(xy.x, xy.y, eight);
  CHECK(std::isfinite(estimate(choice.options, xy.x, xy.y, eight, {}).nats));
  const test::XY few = test::gaussian_rows(50, 2, 2, 0.6, 5);
  const Groups fifty = Groups::singletons(50);
  const EstimatorChoice first = choose_estimator(few.x, few.y, fifty);
  CHECK(std::isfinite(estimate(first.options, few.x, few.y, fifty, {}).nats));
}

TEST_CASE("the partner on the label side keeps k, and is the same estimator where it can be") {
  const Variable classes = cycling(kRows, 2);
  const Variable numbers = real(kRows, 1, 2);
  auto partner = [](const EstimatorOptions& options, const Variable& labels) {
    return label_partner(options, labels).options;
  };
  for (const std::string name : {"ksg1", "ksg2", "gaussian", "gaussian-copula", "cca-ksg"}) {
    CHECK(entry_of(partner(default_options(name), numbers)).name == name);
  }
  const auto ross = partner(Ksg1Options{.k = 9, .queries = 33, .exact = true}, classes);
  REQUIRE(std::holds_alternative<RossOptions>(ross));
  CHECK(std::get<RossOptions>(ross).k == 9);
  CHECK(std::get<RossOptions>(ross).queries == 33);
  CHECK(std::get<RossOptions>(ross).exact);
  CHECK(entry_of(partner(Ksg2Options{}, classes)).name == "ross");
  CHECK(entry_of(partner(MixedKsgOptions{}, classes)).name == "mixed-ksg");
  CHECK(entry_of(partner(MixedKsgOptions{}, numbers)).name == "mixed-ksg");
  for (const std::string name : {"gaussian", "gaussian-copula", "cca-ksg"}) {
    CHECK(entry_of(partner(default_options(name), classes)).name == "label-bound");
  }
}

}  // namespace
}  // namespace cch
