#include "tools/report/rank/method_list.hpp"

#include <array>

namespace cch::report {
namespace {

constexpr std::string_view kKraskov =
    "Kraskov, Stögbauer, Grassberger (2004). Estimating mutual information. Physical Review E 69, "
    "066138.";

constexpr std::array kMethods = {
    Method{"hypothesis",
           "the teacher should share more with the student than the student holds about the "
           "labels; on predictions (ours) both sides are replaced by cross-fitted linear models",
           "Xie, Xu, Sanguinetti (2025). Information-theoretic criteria for knowledge distillation "
           "in multimodal learning. arXiv 2510.13182."},
    Method{"pilot",
           "a linear student with and without soft labels of a cross-fitted teacher; what is "
           "chosen is chosen on inner folds, the gain is read on outer ones (ours)",
           "Hinton, Vinyals, Dean (2015). Distilling the knowledge in a neural network. arXiv "
           "1503.02531."},
    Method{"stored outputs",
           "a teacher that was trained before enters by isometric log-ratios of its class "
           "probabilities; only one temperature is fitted to them (ours)",
           "Egozcue, Pawlowsky-Glahn, Mateu-Figueras, Barceló-Vidal (2003). Isometric logratio "
           "transformations for compositional data analysis. Mathematical Geology 35, 279–300."},
    Method{"temperature", "the cross-entropies that are compared are temperature-calibrated",
           "Guo, Pleiss, Sun, Weinberger (2017). On calibration of modern neural networks. ICML."},
    Method{"prediction level",
           "pooled correlation r of the predictions, −½ ln(1 − r²) nats; intervals by a "
           "delete-block jackknife over whole groups (ours)",
           ""},
    Method{"ksg1", "nearest neighbours, first algorithm", kKraskov},
    Method{"ksg2", "nearest neighbours, second algorithm", kKraskov},
    Method{
        "ksg-conditional", "nearest neighbours, conditional mutual information",
        "Frenzel, Pompe (2007). Partial mutual information for coupling analysis of multivariate "
        "time series. Physical Review Letters 99, 204101."},
    Method{"ross", "nearest neighbours of real vectors and class labels",
           "Ross (2014). Mutual information between discrete and continuous data sets. PLoS ONE 9, "
           "e87357."},
    Method{"mixed-ksg", "nearest neighbours of mixtures of discrete and continuous values",
           "Gao, Kannan, Oh, Viswanath (2017). Estimating mutual information for "
           "discrete-continuous mixtures. NeurIPS 30."},
    Method{"gaussian", "closed form of a joint Gaussian", ""},
    Method{
        "gaussian-copula", "closed form of a joint Gaussian after rank-Gaussianising",
        "Ince and others (2017). A statistical framework for neuroimaging data analysis based on "
        "mutual information estimated via a Gaussian copula. Human Brain Mapping 38, 1541–1573."},
    Method{"shrinkage", "covariances of many columns are shrunk",
           "Ledoit, Wolf (2004). A well-conditioned estimator for large-dimensional covariance "
           "matrices. Journal of Multivariate Analysis 88, 365–411."},
    Method{"cca-ksg", "nearest neighbours on cross-fitted canonical pairs (the CCA ladder, ours)",
           kKraskov},
    Method{"label-bound",
           "lower bound H(Y) minus the held-out cross-entropy of cross-fitted classifiers",
           "Barber, Agakov (2003). The IM algorithm: a variational approach to information "
           "maximization. NeurIPS 16."},
    Method{"discrete", "plug-in estimate from a table of counts", ""},
    Method{"Holmes-Nemenman", "standard errors from non-overlapping parts of the data",
           "Holmes, Nemenman (2019). Estimation of mutual information for real-valued data with "
           "error bars and controlled bias. Physical Review E 100, 022404."},
    Method{"clustered errors",
           "standard errors from terms of single rows, summed within groups before they are "
           "squared",
           "Liang, Zeger (1986). Longitudinal data analysis using generalized linear models. "
           "Biometrika 73, 13–22."},
    Method{"Holm", "p values adjusted over the teachers",
           "Holm (1979). A simple sequentially rejective multiple test procedure. Scandinavian "
           "Journal of Statistics 6, 65–70."},
    Method{"rank correlation", "Spearman's, between the margins of two estimators",
           "Spearman (1904). The proof and measurement of association between two things. American "
           "Journal of Psychology 15."},
    Method{"planted calibration",
           "the same estimators on Gaussian data of known information, with the rows, groups and "
           "dimensions of these data (ours)",
           ""},
    Method{"permutation test", "whole groups exchanged; p = (1 + b)/(1 + n), never zero",
           "Phipson, Smyth (2010). Permutation p-values should never be zero: calculating exact "
           "p-values when permutations are randomly drawn. Statistical Applications in Genetics "
           "and Molecular Biology 9(1), 39."},
};

}  // namespace

std::span<const Method> all_methods() {
  return kMethods;
}

}  // namespace cch::report
