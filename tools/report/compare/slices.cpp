#include <fmt/format.h>

#include <algorithm>

#include "tools/report/compare/model.hpp"
#include "tools/report/compare/sections.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/fact.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/svg_plot.hpp"
#include "tools/report/kit/utf8.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kSliceColumns = 7;
constexpr std::size_t kPictures = 6;
constexpr std::size_t kCriteria = 30;

/// The slices of one criterion by one facet, in the document's order.
std::vector<const CriterionSlice*> slices_by(const ComparedCriterion& criterion,
                                             const std::string& facet) {
  std::vector<const CriterionSlice*> out;
  for (const CriterionSlice& slice : criterion.slices) {
    if (slice.score.facet == facet) out.push_back(&slice);
  }
  return out;
}

std::vector<std::string> facets_of(const CompareDocument& document) {
  std::vector<std::string> out;
  for (const ComparedCriterion& criterion : document.criteria) {
    for (const CriterionSlice& slice : criterion.slices) {
      const std::string& name = slice.score.facet;
      if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
    }
  }
  return out;
}

std::string facet_words(const std::string& facet) {
  if (facet == "lambda") return "λ";
  if (facet == "labelled") return "labelled rows";
  if (facet == "labels from") return "rows of the teacher's labels";
  return fit_middle(facet, 40);
}

/// Values of the facet, over all criteria, in the order of first appearance.
std::vector<documents::Fact> values_of(const CompareDocument& document, const std::string& facet) {
  std::vector<documents::Fact> out;
  for (const ComparedCriterion& criterion : document.criteria) {
    for (const CriterionSlice* slice : slices_by(criterion, facet)) {
      const documents::Fact& value = slice->value;
      if (std::find(out.begin(), out.end(), value) == out.end()) out.push_back(value);
    }
  }
  return out;
}

const CriterionSlice* slice_at(const ComparedCriterion& criterion, const std::string& facet,
                               const documents::Fact& value) {
  for (const CriterionSlice* slice : slices_by(criterion, facet)) {
    if (slice->value == value) return slice;
  }
  return nullptr;
}

std::string cell_html(const CriterionSlice* slice) {
  if (slice == nullptr) return kMissing;
  const std::string auroc = measured_words(slice->score.sign_auroc, 2);
  return escape_html(share_words(slice->score.hits)) +
         element("span", escape_html("AUROC " + auroc), "class=\"interval\"");
}

std::string table(const CompareDocument& document, const std::string& facet) {
  const std::vector<documents::Fact> values = values_of(document, facet);
  const std::size_t shown = std::min(values.size(), kSliceColumns);
  std::vector<HtmlColumn> columns = {{"Criterion"}};
  for (std::size_t i = 0; i < shown; ++i) {
    columns.push_back({fit_middle(plain_value(values[i]), 30), true});
  }
  std::vector<std::vector<std::string>> rows;
  for (const ComparedCriterion& criterion : document.criteria) {
    if (rows.size() == kCriteria) break;
    if (slices_by(criterion, facet).empty()) continue;
    std::vector<std::string> row = {name_html(fit_middle(criterion.score.criterion, 60))};
    for (std::size_t i = 0; i < shown; ++i) {
      row.push_back(cell_html(slice_at(criterion, facet, values[i])));
    }
    rows.push_back(std::move(row));
  }
  std::string caption = "Pairs whose sign was right, by " + facet_words(facet) + '.';
  if (shown < values.size()) {
    caption += fmt::format(" The first {} of {} values.", shown, values.size());
  }
  return html_table(escape_html(caption), columns, rows, "cards quiet grid");
}

/// Share of right signs against the facet's number, with Wilson's intervals.
std::string picture(const ComparedCriterion& criterion, const std::string& facet,
                    std::size_t number_of) {
  Plot plot{fmt::format("slice-{}", number_of),
            fmt::format("Sign right by {}, {}", facet_words(facet),
                        fit_middle(criterion.score.criterion, 60)),
            "", facet_words(facet), "% right"};
  PlotCurve curve;
  for (const CriterionSlice* slice : slices_by(criterion, facet)) {
    const auto* value = std::get_if<double>(&slice->value);
    const MeasuredShare& hits = slice->score.hits;
    const auto share = hits.value;
    if (value == nullptr || !share || !hits.wilson95) continue;
    curve.points.emplace_back(*value, 100 * *share);
    plot.strokes.push_back({*value, 100 * hits.wilson95->lo, 100 * hits.wilson95->hi, "first"});
    plot.description +=
        fmt::format("{} {}: {}. ", facet_words(facet), general(*value), share_words(hits));
  }
  if (curve.points.size() < 2) return "";
  plot.y_reach = {0, 100};
  plot.curves = {std::move(curve)};
  return render_plot(plot);
}

bool about_cch(const ComparedCriterion& criterion) {
  return criterion.score.criterion.find("CCH") != std::string::npos;
}

std::string pictures_of(const CompareDocument& document, const std::string& facet,
                        std::size_t& number_of) {
  std::vector<std::string> headings;
  std::vector<std::string> pictures;
  for (const ComparedCriterion& criterion : document.criteria) {
    if (!about_cch(criterion) || pictures.size() == kPictures) continue;
    const std::string drawn = picture(criterion, facet, number_of);
    if (drawn.empty()) continue;
    ++number_of;
    headings.push_back(name_html(fit_middle(criterion.score.criterion, 60)));
    pictures.push_back(drawn);
  }
  if (pictures.empty()) return "";
  return plot_grid(headings, pictures,
                   escape_html("Share of right signs of the CCH's criteria by " +
                               facet_words(facet) + ", with 95 % intervals of Wilson."));
}

}  // namespace

std::string compare_slices(const CompareDocument& document) {
  std::string html;
  std::size_t number_of = 0;
  for (const std::string& facet : facets_of(document)) {
    const std::string title = facet_words(facet);
    html += element("h3", escape_html("By " + title)) + '\n' +
            pictures_of(document, facet, number_of) +
            folded("All criteria by " + title, table(document, facet));
  }
  return section("slices", "Where each criterion is right", html);
}

}  // namespace cch::report
