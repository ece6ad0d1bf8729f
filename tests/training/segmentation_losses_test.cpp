// Every loss of segmentation against plain loops in double precision, its gradient against finite
// differences, and what ignored pixels, absent classes and channels of norm 0 do.
#include <array>
#include <functional>

#include "cch/core/random.hpp"
#include "experiments/segmentation/backend.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using detail::LossCase;
using test::near;

constexpr std::size_t kM = 3;  // modalities
constexpr std::size_t kB = 2;
constexpr std::size_t kC = 4;
constexpr std::size_t kSide = 3;
constexpr std::size_t kP = kSide * kSide;
constexpr std::size_t kK = 5;
// Central differences with step h: the error is of order h² times a third derivative, and rounding
// adds 1e-16/h.
constexpr double kStep = 1e-5;
constexpr double kDifference = 1e-6;

std::vector<double> normals(std::size_t n, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> out(n);
  for (double& v : out) v = random.normal();
  return out;
}

/// Features M × B × C × 3 × 3 with labels of the same size, some ignored; class 4 is absent.
LossCase features_case(std::uint64_t seed) {
  LossCase c;
  c.shape = {kM, kB, kC, kSide, kSide};
  c.student = normals(kM * kB * kC * kP, seed);
  c.teacher = normals(kM * kB * kC * kP, seed + 1);
  c.height = c.width = kSide;
  c.classes = kK;
  Random random(seed + 2);
  for (std::size_t i = 0; i < kB * kP; ++i) {
    c.labels.push_back(random.uniform() < 0.2 ? kIgnoreLabel
                                              : static_cast<std::uint8_t>(random.below(4)));
  }
  c.permutation = {1, 2, 0};
  return c;
}

/// Logits 1 × B × K × 3 × 3.
LossCase logits_case(std::uint64_t seed) {
  LossCase c = features_case(seed);
  c.shape = {1, kB, kK, kSide, kSide};
  c.student = normals(kB * kK * kP, seed);
  c.teacher = normals(kB * kK * kP, seed + 1);
  return c;
}

std::vector<double> softmax(const std::vector<double>& x) {
  double sum = 0.0;
  std::vector<double> out;
  for (const double v : x) sum += std::exp(v);
  for (const double v : x) out.push_back(std::exp(v) / sum);
  return out;
}

double kl(const std::vector<double>& p, const std::vector<double>& q) {
  double sum = 0.0;
  for (std::size_t i = 0; i < p.size(); ++i) sum += p[i] * std::log(p[i] / q[i]);
  return sum;
}

double feature(const std::vector<double>& x, std::size_t m, std::size_t b, std::size_t c,
               std::size_t p) {
  return x[((m * kB + b) * kC + c) * kP + p];
}

std::vector<double> logits_at(const std::vector<double>& x, std::size_t b, std::size_t p) {
  std::vector<double> out;
  for (std::size_t k = 0; k < kK; ++k) out.push_back(x[(b * kK + k) * kP + p]);
  return out;
}

bool valid(const LossCase& c, std::size_t b, std::size_t p) {
  return c.labels[b * kP + p] != kIgnoreLabel;
}

// --- the formulas once more, as loops

double plain_label(const LossCase& c) {
  double sum = 0.0;
  double n = 0.0;
  for (std::size_t b = 0; b < kB; ++b) {
    for (std::size_t p = 0; p < kP; ++p) {
      if (!valid(c, b, p)) continue;
      sum -= std::log(softmax(logits_at(c.student, b, p))[c.labels[b * kP + p]]);
      n += 1.0;
    }
  }
  return sum / n;
}

double plain_mad(const LossCase& c, MadLoss::Direction direction, double t) {
  double sum = 0.0;
  double n = 0.0;
  for (std::size_t b = 0; b < kB; ++b) {
    for (std::size_t p = 0; p < kP; ++p) {
      if (!valid(c, b, p)) continue;
      auto s = logits_at(c.student, b, p);
      auto f = logits_at(c.teacher, b, p);
      for (double& v : s) v /= t;
      for (double& v : f) v /= t;
      s = softmax(s);
      f = softmax(f);
      std::vector<double> m;
      for (std::size_t k = 0; k < kK; ++k) m.push_back((s[k] + f[k]) / 2.0);
      sum += direction == MadLoss::Direction::reverse   ? kl(s, f)
             : direction == MadLoss::Direction::forward ? kl(f, s)
                                                        : (kl(s, m) + kl(f, m)) / 2.0;
      n += 1.0;
    }
  }
  return t * t * sum / n;
}

double plain_cosine(const LossCase& c, const std::vector<double>& x, std::size_t b, std::size_t ch,
                    std::size_t i, std::size_t j) {
  double dot = 0.0;
  double a = 0.0;
  double d = 0.0;
  for (std::size_t p = 0; p < kP; ++p) {
    if (!valid(c, b, p)) continue;
    const double u = feature(x, i, b, ch, p);
    const double v = feature(x, j, b, ch, p);
    dot += u * v;
    a += u * u;
    d += v * v;
  }
  return a == 0.0 || d == 0.0 ? 0.0 : dot / std::sqrt(a * d);
}

double plain_cmd(const LossCase& c, CmdLoss::Form form, double epsilon) {
  double sum = 0.0;
  double n = 0.0;
  const auto q = [&](double s) {
    return std::min(1.0 - epsilon, std::max(epsilon, (1.0 + s) / 2.0));
  };
  for (std::size_t b = 0; b < kB; ++b) {
    for (std::size_t ch = 0; ch < kC; ++ch) {
      for (std::size_t i = 0; i < kM; ++i) {
        for (std::size_t j = i + 1; j < kM; ++j) {
          const double s = plain_cosine(c, c.student, b, ch, i, j);
          const double t = plain_cosine(c, c.teacher, b, ch, i, j);
          n += 1.0;
          if (form == CmdLoss::Form::bernoulli_kl) sum += kl({q(t), 1 - q(t)}, {q(s), 1 - q(s)});
          if (form == CmdLoss::Form::cosine_mse) sum += (s - t) * (s - t);
          if (form == CmdLoss::Form::literal && s > epsilon && t > epsilon) {
            sum += s * std::log(s / t);
          }
        }
      }
    }
  }
  return sum / n;
}

double plain_umd(const LossCase& c, UmdLoss::Axis axis) {
  double sum = 0.0;
  double n = 0.0;
  for (std::size_t m = 0; m < kM; ++m) {
    for (std::size_t b = 0; b < kB; ++b) {
      const bool spatial = axis == UmdLoss::Axis::spatial;
      for (std::size_t outer = 0; outer < (spatial ? kC : kP); ++outer) {
        std::vector<double> f;
        std::vector<double> g;
        for (std::size_t inner = 0; inner < (spatial ? kP : kC); ++inner) {
          const std::size_t ch = spatial ? outer : inner;
          const std::size_t p = spatial ? inner : outer;
          if (!valid(c, b, p)) continue;
          f.push_back(feature(c.teacher, m, b, ch, p));
          g.push_back(feature(c.student, m, b, ch, p));
        }
        if (f.empty()) continue;
        sum += kl(softmax(f), softmax(g));
        n += 1.0;
      }
    }
  }
  return sum / n;
}

/// Prototype of a class, by its definition; `count` gets the class's pixels.
std::vector<double> prototype(const LossCase& c, const std::vector<double>& x, std::size_t m,
                              std::size_t b, std::size_t k, double& count) {
  std::vector<double> out(kC, 0.0);
  count = 0.0;
  for (std::size_t p = 0; p < kP; ++p) {
    if (c.labels[b * kP + p] != k) continue;
    count += 1.0;
    for (std::size_t ch = 0; ch < kC; ++ch) out[ch] += feature(x, m, b, ch, p);
  }
  for (double& v : out) v /= std::max(count, 1.0);
  return out;
}

double plain_hpdm(const LossCase& c, HpdmLoss::Form form, bool hybrid) {
  double parts[2] = {0.0, 0.0};
  for (int cross = 0; cross < (hybrid ? 2 : 1); ++cross) {
    double n = 0.0;
    for (std::size_t m = 0; m < kM; ++m) {
      for (std::size_t b = 0; b < kB; ++b) {
        for (std::size_t k = 0; k < kK; ++k) {
          double count = 0.0;
          const auto s = prototype(c, c.student, m, b, k, count);
          const auto t = prototype(c, c.teacher, cross == 1 ? c.permutation[m] : m, b, k, count);
          if (count == 0.0) continue;
          n += 1.0;
          if (form == HpdmLoss::Form::kl) {
            parts[cross] += kl(softmax(t), softmax(s));
          } else {
            double dot = 0.0;
            double a = 0.0;
            double d = 0.0;
            for (std::size_t ch = 0; ch < kC; ++ch) {
              dot += s[ch] * t[ch];
              a += s[ch] * s[ch];
              d += t[ch] * t[ch];
            }
            parts[cross] += 1.0 - dot / std::sqrt(a * d);
          }
        }
      }
    }
    parts[cross] /= n;
  }
  return hybrid ? (parts[0] + parts[1]) / 2.0 : parts[0];
}

// --- what is compared

using Value = std::function<detail::LossValue(const LossCase&)>;

Value of(const SegmentationLoss& loss) {
  return [loss](const LossCase& c) { return detail::segmentation_backend().loss(loss, c); };
}
Value of_labels(bool ohem) {
  return [ohem](const LossCase& c) { return detail::segmentation_backend().label_loss(ohem, c); };
}

void check_gradient(const Value& value, LossCase c) {
  const std::vector<double> gradient = value(c).gradient;
  double largest = 0.0;
  for (std::size_t i = 0; i < c.student.size(); ++i) {
    const double at = c.student[i];
    c.student[i] = at + kStep;
    const double above = value(c).value;
    c.student[i] = at - kStep;
    const double below = value(c).value;
    c.student[i] = at;
    CHECK(near(gradient[i], (above - below) / (2.0 * kStep), kDifference));
    largest = std::max(largest, std::abs(gradient[i]));
  }
  CHECK(largest > 1e-3);  // something was compared
}

struct Named {
  const char* name;
  SegmentationLoss loss;
  std::function<double(const LossCase&)> plain;
};

std::vector<Named> all_losses() {
  using D = MadLoss::Direction;
  using F = CmdLoss::Form;
  using A = UmdLoss::Axis;
  using H = HpdmLoss::Form;
  return {
      {"mad reverse", MadLoss{D::reverse, 1.0},
       [](auto& c) { return plain_mad(c, D::reverse, 1); }},
      {"mad reverse T", MadLoss{D::reverse, 2.5},
       [](auto& c) { return plain_mad(c, D::reverse, 2.5); }},
      {"mad forward", MadLoss{D::forward, 1.5},
       [](auto& c) { return plain_mad(c, D::forward, 1.5); }},
      {"mad js", MadLoss{D::js, 1.0}, [](auto& c) { return plain_mad(c, D::js, 1); }},
      {"cmd bernoulli", CmdLoss{F::bernoulli_kl, 1e-3},
       [](auto& c) { return plain_cmd(c, F::bernoulli_kl, 1e-3); }},
      {"cmd mse", CmdLoss{F::cosine_mse, 1e-3},
       [](auto& c) { return plain_cmd(c, F::cosine_mse, 1e-3); }},
      {"cmd literal", CmdLoss{F::literal, 0.05},
       [](auto& c) { return plain_cmd(c, F::literal, 0.05); }},
      {"umd channel", UmdLoss{A::channel}, [](auto& c) { return plain_umd(c, A::channel); }},
      {"umd spatial", UmdLoss{A::spatial}, [](auto& c) { return plain_umd(c, A::spatial); }},
      {"hpdm kl", HpdmLoss{H::kl, true}, [](auto& c) { return plain_hpdm(c, H::kl, true); }},
      {"hpdm kl same", HpdmLoss{H::kl, false}, [](auto& c) { return plain_hpdm(c, H::kl, false); }},
      {"hpdm cosine", HpdmLoss{H::cosine, true},
       [](auto& c) { return plain_hpdm(c, H::cosine, true); }}};
}

LossCase case_of(const SegmentationLoss& loss, std::uint64_t seed) {
  return std::holds_alternative<MadLoss>(loss) ? logits_case(seed) : features_case(seed);
}

TEST_CASE("segmentation losses equal plain loops, with ignored pixels and an absent class") {
  for (const Named& l : all_losses()) {
    CAPTURE(l.name);
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      const LossCase c = case_of(l.loss, 10 * seed);
      CHECK(near(of(l.loss)(c).value, l.plain(c), test::kRounding));
    }
  }
  const LossCase c = logits_case(3);
  CHECK(near(of_labels(false)(c).value, plain_label(c), test::kRounding));
}

TEST_CASE("gradients of segmentation losses equal finite differences") {
  for (const Named& l : all_losses()) {
    CAPTURE(l.name);
    check_gradient(of(l.loss), case_of(l.loss, 7));
  }
  check_gradient(of(HpdmLoss{HpdmLoss::Form::released, true}), features_case(7));
  check_gradient(of_labels(false), logits_case(7));
}

TEST_CASE("a student that equals its teacher has no divergence left and no gradient") {
  for (const Named& l : all_losses()) {
    if (std::string(l.name) == "hpdm kl" || std::string(l.name) == "hpdm cosine") continue;
    CAPTURE(l.name);
    LossCase c = case_of(l.loss, 4);
    c.teacher = c.student;
    const auto v = of(l.loss)(c);
    CHECK(near(v.value, 0.0, test::kRounding));
    if (std::string(l.name) == "cmd literal") continue;  // see below
    for (const double g : v.gradient) CHECK(near(g, 0.0, test::kRounding));
  }
}

TEST_CASE("the literal form of cmd is no divergence: it still falls where student equals teacher") {
  LossCase c = features_case(4);
  c.teacher = c.student;
  double largest = 0.0;
  for (const double g : of(CmdLoss{CmdLoss::Form::literal, 0.05})(c).gradient) {
    largest = std::max(largest, std::abs(g));
  }
  CHECK(largest > 1e-3);
}

TEST_CASE("ignored pixels change no loss") {
  for (const Named& l : all_losses()) {
    CAPTURE(l.name);
    LossCase c = case_of(l.loss, 5);
    const double before = of(l.loss)(c).value;
    const std::size_t channels = c.shape[2];
    for (std::size_t i = 0; i < c.student.size(); ++i) {
      const std::size_t b = i / (kP * channels) % kB;
      if (valid(c, b, i % kP)) continue;
      c.student[i] += 3.0;
      c.teacher[i] -= 2.0;
    }
    CHECK(near(of(l.loss)(c).value, before, test::kRounding));
  }
}

TEST_CASE("without a labelled pixel every loss and gradient is 0") {
  std::vector<Named> all = all_losses();
  all.push_back({"hpdm released", HpdmLoss{HpdmLoss::Form::released, true}, {}});
  for (const Named& l : all) {
    CAPTURE(l.name);
    LossCase c = case_of(l.loss, 6);
    std::fill(c.labels.begin(), c.labels.end(), kIgnoreLabel);
    const auto v = of(l.loss)(c);
    CHECK(v.value == 0.0);
    for (const double g : v.gradient) CHECK(g == 0.0);
  }
  for (const bool ohem : {false, true}) {
    LossCase c = logits_case(6);
    std::fill(c.labels.begin(), c.labels.end(), kIgnoreLabel);
    CHECK(of_labels(ohem)(c).value == 0.0);
  }
}

TEST_CASE("features that are 0 everywhere give finite losses and gradients") {
  for (const Named& l : all_losses()) {
    if (std::holds_alternative<MadLoss>(l.loss)) continue;
    CAPTURE(l.name);
    LossCase c = features_case(8);
    // A modality of the student, and a channel of all modalities of the teacher.
    std::fill_n(c.student.begin(), kB * kC * kP, 0.0);
    for (std::size_t i = 0; i < c.teacher.size(); ++i) {
      if (i / kP % kC == 1) c.teacher[i] = 0.0;
    }
    const auto v = of(l.loss)(c);
    CHECK(std::isfinite(v.value));
    for (const double g : v.gradient) CHECK(std::isfinite(g));
    const bool cosine = std::string(l.name) == "hpdm cosine";  // the plain loop divides by 0 there
    if (!cosine) CHECK(near(v.value, l.plain(c), test::kRounding));
  }
}

TEST_CASE("the original formula of cmd has its least value at S_t/e, not at the teacher") {
  // One channel, two modalities at a given angle: cosine = cos(angle).
  const auto value = [](double s, double t) {
    LossCase c;
    c.shape = {2, 1, 1, 1, 2};
    c.height = 1;
    c.width = 2;
    c.labels = {0, 0};
    c.classes = 1;
    const auto pair = [](double cosine) {
      return std::vector<double>{1.0, 0.0, cosine, std::sqrt(1.0 - cosine * cosine)};
    };
    c.student = pair(s);
    c.teacher = pair(t);
    return detail::segmentation_backend().loss(CmdLoss{CmdLoss::Form::literal, 1e-3}, c).value;
  };
  const double t = 0.8;
  CHECK(near(value(t, t), 0.0, test::kRounding));
  CHECK(near(value(t / std::exp(1.0), t), -t / std::exp(1.0), test::kRounding));
  CHECK(value(0.3, t) < value(t, t));
}

TEST_CASE("ohem takes hard pixels, and a sixteenth of the valid ones where all are easy") {
  // 32 pixels of two classes, label 0; logit of class 0 rises from pixel to pixel.
  LossCase c;
  c.shape = {1, 1, 2, 1, 32};
  c.height = 1;
  c.width = 32;
  c.classes = 2;
  c.labels.assign(32, 0);
  c.student.assign(64, 0.0);
  const auto p_of = [&](std::size_t i) { return 1.0 / (1.0 + std::exp(-c.student[i])); };
  for (std::size_t i = 0; i < 32; ++i) c.student[i] = -2.0 + 0.2 * static_cast<double>(i);
  double sum = 0.0;
  double n = 0.0;
  for (std::size_t i = 0; i < 32; ++i) {
    if (p_of(i) >= 0.7) continue;
    sum -= std::log(p_of(i));
    n += 1.0;
  }
  CHECK(near(of_labels(true)(c).value, sum / n, test::kRounding));
  for (std::size_t i = 0; i < 32; ++i) c.student[i] = 3.0 + 0.2 * static_cast<double>(i);
  const double hardest = -(std::log(p_of(0)) + std::log(p_of(1))) / 2.0;
  CHECK(near(of_labels(true)(c).value, hardest, test::kRounding));
}

TEST_CASE("the released prototypes shrink with their class, the corrected ones do not") {
  // The same feature everywhere: the mean does not depend on how many pixels a class has.
  LossCase c = features_case(9);
  std::fill(c.teacher.begin(), c.teacher.end(), 2.0);
  std::fill(c.student.begin(), c.student.end(), 2.0);
  for (std::size_t i = 0; i < c.student.size(); ++i)
    c.student[i] = c.teacher[i] = 1.0 + static_cast<double>(i / kP % kC);
  CHECK(near(of(HpdmLoss{HpdmLoss::Form::kl, true})(c).value, 0.0, test::kRounding));
  // An absent class moves the released form, which lets it into its softmax over classes: features
  // differ between the two networks by one number, which every softmax over classes would cancel
  // if all classes were there with their means.
  for (double& v : c.student) v += 1.0;
  CHECK(of(HpdmLoss{HpdmLoss::Form::released, true})(c).value > 1e-3);
}

// --- selection (FSM)

detail::SelectionCase selection_case(Selection how) {
  detail::SelectionCase c;
  c.shape = {2, kB, kC, kSide, kSide};
  c.candidates = normals(2 * kB * kC * kP, 31);
  c.depthwise = normals(2 * kC * 9, 32);
  c.pointwise = normals(2 * kC * kC, 33);
  c.selection = how;
  return c;
}

/// σ(conv1×1(dwconv3×3(x))) of candidate i.
double plain_score(const detail::SelectionCase& c, std::size_t i, std::size_t b, std::size_t out,
                   std::size_t y, std::size_t x) {
  double sum = 0.0;
  for (std::size_t ch = 0; ch < kC; ++ch) {
    double near_by = 0.0;
    for (int dy = -1; dy <= 1; ++dy) {
      for (int dx = -1; dx <= 1; ++dx) {
        const int yy = static_cast<int>(y) + dy;
        const int xx = static_cast<int>(x) + dx;
        if (yy < 0 || xx < 0 || yy >= static_cast<int>(kSide) || xx >= static_cast<int>(kSide)) {
          continue;
        }
        const auto p = static_cast<std::size_t>(yy) * kSide + static_cast<std::size_t>(xx);
        const auto tap = static_cast<std::size_t>(3 * (dy + 1) + dx + 1);
        near_by +=
            c.depthwise[(i * kC + ch) * 9 + tap] * c.candidates[((i * kB + b) * kC + ch) * kP + p];
      }
    }
    sum += c.pointwise[(i * kC + out) * kC + ch] * near_by;
  }
  return 1.0 / (1.0 + std::exp(-sum));
}

double plain_selected(const detail::SelectionCase& c, std::size_t b, std::size_t ch, std::size_t p,
                      bool hard) {
  const double s0 = plain_score(c, 0, b, ch, p / kSide, p % kSide);
  const double s1 = plain_score(c, 1, b, ch, p / kSide, p % kSide);
  const double w =
      hard ? (s0 >= s1 ? 1.0 : 0.0) : 1.0 / (1.0 + std::exp((s1 - s0) / c.temperature));
  const auto x = [&](std::size_t i) { return c.candidates[((i * kB + b) * kC + ch) * kP + p]; };
  return w * x(0) + (1.0 - w) * x(1);
}

TEST_CASE("selection equals plain loops in all three forms") {
  for (const Selection how :
       {Selection::softmax, Selection::straight_through, Selection::released}) {
    const auto c = selection_case(how);
    const auto v = detail::segmentation_backend().select(c);
    for (std::size_t i = 0; i < v.selected.size(); ++i) {
      const double plain =
          plain_selected(c, i / (kC * kP), i / kP % kC, i % kP, how != Selection::softmax);
      CHECK(near(v.selected[i], plain, test::kRounding));
    }
  }
}

double weighted_sum(const detail::SelectionCase& c) {
  const auto v = detail::segmentation_backend().select(c);
  double sum = 0.0;
  for (std::size_t i = 0; i < v.selected.size(); ++i) {
    sum += static_cast<double>(i + 1) * v.selected[i];
  }
  return sum;
}

TEST_CASE("scores get the softmax's gradient, also straight-through, and none as released") {
  auto c = selection_case(Selection::softmax);
  const auto gradient = detail::segmentation_backend().select(c).depthwise_gradient;
  for (std::size_t i = 0; i < c.depthwise.size(); ++i) {
    const double at = c.depthwise[i];
    c.depthwise[i] = at + kStep;
    const double above = weighted_sum(c);
    c.depthwise[i] = at - kStep;
    const double below = weighted_sum(c);
    c.depthwise[i] = at;
    CHECK(near(gradient[i], (above - below) / (2.0 * kStep), 1e-5));  // sums of 72 weighted terms
  }
  const auto straight =
      detail::segmentation_backend().select(selection_case(Selection::straight_through));
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    CHECK(near(straight.depthwise_gradient[i], gradient[i], test::kRounding));
  }
  const auto released = detail::segmentation_backend().select(selection_case(Selection::released));
  for (const double g : released.depthwise_gradient) CHECK(g == 0.0);
}

}  // namespace
}  // namespace cch
