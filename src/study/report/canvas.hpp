// SPDX-License-Identifier: GPL-2.0-or-later
// An SVG figure of one width, which fits a phone without scaling. Colours are the page's, by
// class: "a" is the baseline, "b" the candidate.
#pragma once

#include <string>
#include <vector>

#include "study/report/markup.hpp"

namespace gpupass::study {

constexpr double k_width = 360;

struct Point {
  double x = 0;
  double y = 0;
};

enum class Anchor { start, middle, end };

class Canvas {
 public:
  void line(Point from, Point to, const char* style);
  void rectangle(Point corner, double width, double height, const char* style);
  void polyline(const std::vector<Point>& points, const char* style);
  void polygon(const std::vector<Point>& points, const char* style);
  void circle(Point centre, double radius, const char* style);
  /// The mark of a value of the baseline or of the candidate: their shapes differ, too.
  void dot(Point at, bool is_baseline);
  void text(Point at, Anchor anchor, std::string_view words, const char* style = "");

  /// The element <svg> of this height. `id` is unique in the document; `description` says in words what is
  /// drawn.
  [[nodiscard]] std::string finish(double height, const std::string& id, std::string_view title,
                                   std::string_view description) const;

 private:
  std::string content_;
};

}  // namespace gpupass::study
