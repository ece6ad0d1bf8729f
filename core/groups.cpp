#include "cch/core/groups.hpp"

#include <numeric>
#include <unordered_map>
#include <utility>

namespace cch {

Groups Groups::singletons(std::size_t rows) {
  std::vector<std::size_t> codes(rows);
  std::iota(codes.begin(), codes.end(), std::size_t{0});
  return Groups(std::move(codes), rows);
}

Groups Groups::from(std::span<const std::size_t> identifiers) {
  std::unordered_map<std::size_t, std::size_t> number;
  std::vector<std::size_t> codes(identifiers.size());
  for (std::size_t i = 0; i < identifiers.size(); ++i) {
    codes[i] = number.try_emplace(identifiers[i], number.size()).first->second;
  }
  return Groups(std::move(codes), number.size());
}

Groups Groups::select(std::span<const std::size_t> rows) const {
  const std::size_t unseen = count();
  std::vector<std::size_t> number(count(), unseen);
  std::vector<std::size_t> codes(rows.size());
  std::size_t groups = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::size_t& code = number[of(rows[i])];
    if (code == unseen) code = groups++;
    codes[i] = code;
  }
  return Groups(std::move(codes), groups);
}

Groups::Groups(std::vector<std::size_t> codes, std::size_t count) {
  Data data;
  data.begin.assign(count + 1, 0);
  for (const std::size_t g : codes) ++data.begin[g + 1];
  std::partial_sum(data.begin.begin(), data.begin.end(), data.begin.begin());
  data.rows.resize(codes.size());
  std::vector<std::size_t> next(data.begin.begin(), data.begin.end() - 1);
  for (std::size_t i = 0; i < codes.size(); ++i) data.rows[next[codes[i]]++] = i;
  data.codes = std::move(codes);
  data_ = std::make_shared<const Data>(std::move(data));
}

}  // namespace cch
