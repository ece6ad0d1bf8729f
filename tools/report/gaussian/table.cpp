#include <fmt/format.h>

#include <algorithm>

#include "cch/report/sweep.hpp"
#include "tools/report/gaussian/sections.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/spread.hpp"
#include "tools/report/kit/text_layout.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kCells = 30;
constexpr std::size_t kTableLambdas = 4;
constexpr std::size_t kWarnings = 10;

std::string with_left_out(std::vector<TextColumn> columns) {
  std::vector<std::string> left_out;
  const std::string out = text_table(std::move(columns), kWidth, left_out);
  if (left_out.empty()) return out;
  return out +
         wrap("Left out at this width: " + list_in_words(left_out, left_out.size()) + '.', kWidth);
}

/// The cells of one criterion against one truth.
std::vector<std::string> tally_cells(const CriterionTally& tally) {
  const ConfusionCounts& c = tally.counts;
  const std::optional<Share> right = share_right(c);
  std::string words = percent(right);
  if (right) {
    words += fmt::format(" ({}–{})", fixed(100 * right->interval95.lo, 0),
                         fixed(100 * right->interval95.hi, 0));
  }
  return {
      criterion_name(tally.criterion), count(c.hits),      count(c.false_alarms), count(c.misses),
      count(c.correct_rejections),     count(c.undecided), percent(precision(c)), words};
}

std::string confusion_table(const std::vector<CriterionTally>& all, About about, TruthFrom truth) {
  std::vector<TextColumn> columns = {{std::string(to_string(about)), false, false, false, 10},
                                     {"hits", true},
                                     {"false", true},
                                     {"missed", true},
                                     {"rejected", true},
                                     {"open", true, true},
                                     {"precision", true, true},
                                     {"right (95 %)", true}};
  for (const CriterionTally& tally : all) {
    if (tally.about != about || tally.truth != truth) continue;
    const std::vector<std::string> cells = tally_cells(tally);
    for (std::size_t i = 0; i < columns.size(); ++i) columns[i].cells.push_back(cells[i]);
  }
  return fmt::format("\nAbout the {}, against {}\n", to_string(about), truth_words(truth)) +
         with_left_out(columns);
}

std::string confusion(const std::vector<CriterionTally>& all) {
  std::string out;
  std::vector<std::pair<About, TruthFrom>> done;
  for (const CriterionTally& tally : all) {
    const std::pair kind{tally.about, tally.truth};
    if (std::find(done.begin(), done.end(), kind) != done.end()) continue;
    done.push_back(kind);
    out += confusion_table(all, tally.about, tally.truth);
  }
  return out;
}

std::string check_line(const std::optional<FormulaAgreement>& check) {
  if (!check) return "";
  return '\n' +
         wrap(fmt::format("Formula against simulation: {} values, {} beyond 2 standard errors "
                          "(4.6 % by chance), {} beyond 4, largest |z| {}.",
                          count(check->points), count(check->beyond_2se), count(check->beyond_4se),
                          fixed(check->largest_z, 1)),
              kWidth);
}

/// Share of the excess risk that goes; of the simulation where no formula is about the teacher.
std::string gain_cell(const SweepCell& cell, double lambda) {
  const StudyPoint* point = point_at(cell, lambda);
  const auto gain = point ? shown_gain(cell, *point, About::risk) : std::nullopt;
  return gain ? fixed(100 * *gain, 1) + " %" : kMissing;
}

std::string cch_word(const SweepCell& cell) {
  if (cell.points.empty()) return kMissing;
  return cell.points.front().says.cch == CchWord::helps ? "holds" : "silent";
}

std::string cells_table(const Sweep& sweep, std::size_t most) {
  const std::vector<std::size_t> shown = spread_cells(sweep, most);
  if (shown.empty()) return "";
  std::vector<TextColumn> columns;
  const std::vector<SweepCell>& cells = sweep.document.cells;
  for (std::size_t a = 0; a < sweep.document.axes.size(); ++a) {
    const SweepAxis& axis = sweep.document.axes[a];
    TextColumn column{fit_middle(axis.name, 14), true, false, true};
    for (const std::size_t i : shown) column.cells.push_back(words_at(axis, sweep.places[i][a]));
    columns.push_back(column);
  }
  TextColumn margin{"margin", true};
  TextColumn cch{"CCH", false};
  for (const std::size_t i : shown) {
    margin.cells.push_back(fixed(cells[i].cch_margin, 3));
    cch.cells.push_back(cch_word(cells[i]));
  }
  columns.push_back(margin);
  columns.push_back(cch);
  for (const std::size_t l : spread(sweep.document.lambdas.size(), kTableLambdas)) {
    const double lambda = sweep.document.lambdas[l];
    TextColumn gain{"gain at " + general(lambda), true, true};
    for (const std::size_t i : shown) gain.cells.push_back(gain_cell(cells[i], lambda));
    columns.push_back(gain);
  }
  std::string heading = "\nCells";
  if (shown.size() < cells.size()) {
    heading =
        fmt::format("\n{} of {} cells, spread over the grid", shown.size(), count(cells.size()));
  }
  return heading + '\n' + with_left_out(columns) +
         wrap(
             "Margin of the CCH in nats. Gain at λ: share of the excess risk that goes, by the "
             "closed form (simulated for teachers on the student's own rows); negative where "
             "distillation harms.",
             kWidth);
}

std::string warnings(const SweepDocument& document) {
  const auto [messages, notes] = messages_of(document.warnings);
  std::string out;
  std::size_t shown = 0;
  for (const auto* list : {&messages, &notes}) {
    for (const std::string& message : *list) {
      if (++shown <= kWarnings) out += wrap(message, kWidth, "  ! ", "    ");
    }
  }
  if (shown > kWarnings) out += fmt::format("  ! and {} more\n", shown - kWarnings);
  return out.empty() ? "" : "\nWarnings\n" + out;
}

}  // namespace

std::string render_sweep_table(const SweepDocument& document, SweepDetail detail) {
  const Sweep sweep = placed(document);
  const std::vector<CriterionTally> all = tallies(document.confusion);
  std::string out = wrap(sweep_sentence(sweep), kWidth);
  if (detail == SweepDetail::counts) return out + confusion(all);
  out += wrap(sweep_lead(sweep) + '.', kWidth) + confusion(all);
  if (!all.empty()) {
    out += wrap(
        "Hits: it says helps and it helps; false: says helps, harms; missed: silent, "
        "helps; rejected: silent, harms; open: the simulation does not decide. " +
            theorem_words(sweep),
        kWidth);
  }
  const std::size_t cells = detail == SweepDetail::all ? document.cells.size() : kCells;
  return out + check_line(document.agreement) + cells_table(sweep, cells) + warnings(document);
}

}  // namespace cch::report
