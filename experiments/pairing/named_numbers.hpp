#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace cch::detail {

/// Lists of numbers by name. The names are kept once for all lists that have the same, a number
/// takes eight bytes.
class NamedNumbers {
 public:
  struct List {
    std::uint32_t names = 0;
    std::uint32_t size = 0;
    std::size_t begin = 0;
  };

  List add(const std::map<std::string, double>& numbers) {
    std::vector<std::string> names;
    for (const auto& [name, value] : numbers) names.push_back(name);
    const auto [at, first] =
        places_.try_emplace(std::move(names), static_cast<std::uint32_t>(places_.size()));
    if (first) names_.push_back(&at->first);
    const List out{at->second, static_cast<std::uint32_t>(numbers.size()), values_.size()};
    for (const auto& [name, value] : numbers) values_.push_back(value);
    return out;
  }
  [[nodiscard]] std::map<std::string, double> operator[](const List& list) const {
    std::map<std::string, double> out;
    for (std::size_t i = 0; i < list.size; ++i) {
      out.emplace_hint(out.end(), (*names_[list.names])[i], values_[list.begin + i]);
    }
    return out;
  }
  [[nodiscard]] std::size_t bytes() const { return values_.size() * sizeof(double); }

 private:
  std::map<std::vector<std::string>, std::uint32_t> places_;
  std::vector<const std::vector<std::string>*> names_;
  std::deque<double> values_;
};

}  // namespace cch::detail
