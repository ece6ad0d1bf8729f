#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cch {

/// What a code of an error, a warning or a leak means.
struct CodeEntry {
  enum class Kind { error, warning, leak };
  std::string_view code;
  Kind kind;
  std::string_view means;
  std::string_view why;
  std::string_view action;
};

/// Every code, by name.
std::span<const CodeEntry> all_codes();
/// The entry of a code; a part of the evidence that was left out ("pilot-left-out") shares one.
/// Null where there is none.
const CodeEntry* find_code(std::string_view code);

/// What a word of tables, reports and flags means.
struct WordEntry {
  std::string word;
  std::string kind;  ///< verdict, outcome, level, rule, scenario, quantity, statistic, column or
                     ///< estimator
  std::string means;
  std::string read;               ///< how to read it
  std::vector<std::string> also;  ///< other spellings
};

/// The words of explain_words.inc and every estimator of the catalog, by squeezed name.
const std::vector<WordEntry>& all_words();
/// The entry of a word in any of its spellings (compared as squeezed); null where there is none.
const WordEntry* find_word(std::string_view words);
/// The second table of docs/reference/codes.md.
std::string words_table();
/// Without ASCII signs and spaces, in lower case: "I(T; S)" and "i(t;s)" are one word.
std::string squeezed(std::string_view words);

/// docs/reference/codes.md.
std::string codes_page();

}  // namespace cch
