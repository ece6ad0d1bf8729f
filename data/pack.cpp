#include "data/pack.hpp"

#include <cstdint>

#include "data/text.hpp"

namespace cch::detail {

Array typed_column(std::vector<std::string> texts, const std::string& where) {
  std::vector<std::int64_t> integers;
  std::vector<double> reals;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto whole = parse_number<std::int64_t>(texts[i]);
    const auto real = parse_number<double>(texts[i]);
    if (whole && integers.size() == i) integers.push_back(*whole);
    if (real && reals.size() == i) reals.push_back(*real);
  }
  const std::vector<std::size_t> shape{texts.size()};
  if (integers.size() == texts.size()) {
    return pack(std::span<const std::int64_t>(integers), DType::i64, shape, where);
  }
  if (reals.size() == texts.size()) {
    return pack(std::span<const double>(reals), DType::f64, shape, where);
  }
  return Array::text(std::move(texts), shape);
}

}  // namespace cch::detail
