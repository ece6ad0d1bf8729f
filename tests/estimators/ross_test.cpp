// Ross: what its warnings say. Its formula is held to an oracle in knn_oracle_test.cpp.

#include "cch/estimators/ross.hpp"

#include <vector>

#include "support/draws.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

TEST_CASE("ross warns of tied columns: from more than 5 % repeated values on") {
  auto codes_of = [](std::size_t repeated) {
    Matrix values(100, 2);
    std::vector<int> codes(100);
    for (std::size_t i = 0; i < 100; ++i) {
      values(i, 0) = static_cast<double>((7 * i) % 100);
      values(i, 1) = i < repeated ? -1.0 : static_cast<double>(i);
      codes[i] = static_cast<int>(i % 3);
    }
    const Estimate estimate =
        ross(Samples::from(std::move(values), "teacher"), test::labels_of(codes, 3),
             Groups::singletons(100), RossOptions{}, Execution{});
    std::vector<std::string> found;
    for (const Warning& warning : estimate.warnings) found.push_back(warning.code);
    return found;
  };
  CHECK(codes_of(0).empty());
  CHECK(codes_of(5).empty());
  CHECK(codes_of(6) == std::vector<std::string>{"tied-columns"});
  CHECK(codes_of(100) == std::vector<std::string>{"tied-columns"});
}

}  // namespace
}  // namespace cch
