#include <fmt/format.h>

#include <algorithm>

#include "cch/estimators/catalog.hpp"
#include "tools/cch/explain.hpp"

namespace cch {
namespace {

enum class Kind { verdict, outcome, level, rule, scenario, quantity, statistic, column, estimator };

std::string_view kind_name(Kind kind) {
  constexpr std::string_view names[] = {"verdict",  "outcome",   "level",  "rule",     "scenario",
                                        "quantity", "statistic", "column", "estimator"};
  return names[static_cast<std::size_t>(kind)];
}

struct Row {
  std::string_view word;
  Kind kind;
  std::string_view means;
  std::string_view read;
  std::string_view also;
};

constexpr Row kRows[] = {
#include "tools/cch/explain_words.inc"
};

std::vector<std::string> parts_of(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    out.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return out;
}

std::string_view kinds_of_values(Accepts what) {
  switch (what) {
    case Accepts::real:
      return "real values";
    case Accepts::labels:
      return "class labels";
    case Accepts::either:
      return "real values or class labels";
  }
  return "";
}

WordEntry of_estimator(const CatalogEntry& entry) {
  std::string read = fmt::format("Takes {} against {}. Source: {}.", kinds_of_values(entry.x),
                                 kinds_of_values(entry.y), entry.paper);
  if (entry.neighbours) read += " Reads low in many dimensions.";
  if (entry.networks) read += " Trains networks: needs LibTorch, and minutes rather than seconds.";
  return {std::string(entry.name),
          "estimator",
          fmt::format("An estimator of mutual information: {}.", entry.summary),
          read,
          {}};
}

std::vector<WordEntry> made_words() {
  std::vector<WordEntry> out;
  for (const Row& row : kRows) {
    out.push_back({std::string(row.word), std::string(kind_name(row.kind)), std::string(row.means),
                   std::string(row.read), parts_of(row.also)});
  }
  for (const CatalogEntry& entry : catalog()) out.push_back(of_estimator(entry));
  out.push_back({"ksg-conditional",
                 "estimator",
                 "The estimator of I(X;Y|Z): nearest neighbours, with --given Z of `cch estimate`.",
                 "Takes real values. Source: Frenzel & Pompe 2007. It has no error bar.",
                 {}});
  std::sort(out.begin(), out.end(), [](const WordEntry& a, const WordEntry& b) {
    return squeezed(a.word) < squeezed(b.word);
  });
  return out;
}

// Pipes would end the cell of a table.
std::string cell(std::string text) {
  for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) {
    text.insert(at, "\\");
  }
  return text;
}

}  // namespace

std::string squeezed(std::string_view words) {
  std::string out;
  for (const char c : words) {
    if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80) != 0) {
      out += c;
    }
  }
  return out;
}

const std::vector<WordEntry>& all_words() {
  static const std::vector<WordEntry> words = made_words();
  return words;
}

const WordEntry* find_word(std::string_view words) {
  const std::string key = squeezed(words);
  if (key.empty()) return nullptr;
  const auto is_key = [&](const std::string& spelling) { return squeezed(spelling) == key; };
  for (const WordEntry& entry : all_words()) {
    if (is_key(entry.word) || std::any_of(entry.also.begin(), entry.also.end(), is_key)) {
      return &entry;
    }
  }
  return nullptr;
}

std::string words_table() {
  std::string out = "| word | kind | what it means | how to read it |\n|---|---|---|---|\n";
  for (const WordEntry& entry : all_words()) {
    out += fmt::format("| `{}` | {} | {} | {} |\n", cell(entry.word), entry.kind, cell(entry.means),
                       cell(entry.read));
  }
  return out;
}

}  // namespace cch
