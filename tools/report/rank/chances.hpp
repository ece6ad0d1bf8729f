#pragma once

#include <optional>
#include <string>

#include "tools/report/rank/evidence.hpp"

// The chances that decide a ranking (Rule::chance), in words and pictures.

namespace cch::report {

using documents::ChanceOfGain;

/// The chance that the verdict of a teacher comes from: of the first student model, that with the
/// largest expected gain. Null without chances.
const ChanceOfGain* deciding_chance(const JudgedTeacher& teacher);

/// "+2.1 points" or "+0.021 nats".
std::string gain_words(const documents::Number& gain, const ChanceOfGain& of, bool unit = true);
/// What is worth the trouble: "0.5 points".
std::string worth_words(const ChanceOfGain& of);
/// "96 %", "over 99 %".
std::string chance_percent(const documents::Number& chance);
/// "your 4,000 unlabelled pairs".
std::string rows_of_chance(const ChanceOfGain& of);

/// What to do: "Distil from depth with your 4,000 unlabelled pairs: accuracy +2.1 points expected
/// (80 %: +0.9 to +3.4), chance 96 %. On the labelled rows alone, do not (chance 12 %)."
std::string chance_sentence(const RankDocument& document);

/// Whether fusing teachers pays: "Fusing teachers is not shown to pay: mrna+mirna over mrna alone,
/// accuracy +0.4 points, chance 71 % that it is better." "" where that was not asked for.
std::string best_set_sentence(const RankDocument& document);

/// What moved the deciding chance of a teacher, the largest first: "I(T;Y) − I(S;Y) 0.31 (+0.012)".
std::string moved_by(const JudgedTeacher& teacher, std::size_t most = 4);
/// "185 networks on 300 labelled rows in 2 repeats, the linear pilot and probes".
std::string rests_on(const ChanceOfGain& of);
/// "Pilots of networks: 530 networks, about 12 s of two cores of a budget of 45 s, until every
/// chance was firm."; "" without.
std::string spending_words(const RankDocument& document);

/// Chances by teacher, scenario and student as a table of the terminal; "" without.
std::string chance_table(const RankDocument& document, std::size_t width);
/// The picture of the first student's expected gains with 80 % intervals, a row a teacher and
/// scenario.
std::string chance_figure(const RankDocument& document, const std::string& id, std::size_t most,
                          double wide);

}  // namespace cch::report
