// SPDX-License-Identifier: GPL-2.0-or-later
#include "study/report/canvas.hpp"
#include "gpupass/core/names.hpp"

#include <fmt/format.h>

namespace gpupass::study {
namespace {

std::string list_of(const std::vector<Point>& points) {
  std::string list;
  for (const auto& [x, y] : points) list += fmt::format("{}{:.1f},{:.1f}", list.empty() ? "" : " ", x, y);
  return list;
}

constexpr std::array k_anchor_names = {
    core::Name<Anchor>{Anchor::start, "start"},
    core::Name<Anchor>{Anchor::middle, "middle"},
    core::Name<Anchor>{Anchor::end, "end"},
};

const char* name(Anchor anchor) {
  return core::name_in(k_anchor_names, anchor);
}

}  // namespace

void Canvas::line(Point from, Point to, const char* style) {
  content_ += element("line", {{"class", style}, {"x1", from.x}, {"y1", from.y}, {"x2", to.x}, {"y2", to.y}});
}

void Canvas::rectangle(Point corner, double width, double height, const char* style) {
  content_ += element(
      "rect", {{"class", style}, {"x", corner.x}, {"y", corner.y}, {"width", width}, {"height", height}});
}

void Canvas::polyline(const std::vector<Point>& points, const char* style) {
  content_ += element("polyline", {{"class", style}, {"points", list_of(points)}});
}

void Canvas::polygon(const std::vector<Point>& points, const char* style) {
  content_ += element("polygon", {{"class", style}, {"points", list_of(points)}});
}

void Canvas::circle(Point centre, double radius, const char* style) {
  content_ += element("circle", {{"class", style}, {"cx", centre.x}, {"cy", centre.y}, {"r", radius}});
}

void Canvas::dot(Point at, bool is_baseline) {
  if (is_baseline) {
    circle(at, 3, "dot a");
  } else {
    rectangle({at.x - 3, at.y - 3}, 6, 6, "dot b");
  }
}

void Canvas::text(Point at, Anchor anchor, std::string_view words, const char* style) {
  content_ += element("text", {{"class", style}, {"x", at.x}, {"y", at.y}, {"text-anchor", name(anchor)}},
                      escape(words));
}

std::string Canvas::finish(double height, const std::string& id, std::string_view title,
                           std::string_view description) const {
  const auto names = element("title", {{"id", id + "-title"}}, escape(title)) +
                     element("desc", {{"id", id + "-desc"}}, escape(description));
  return element("svg",
                 {{"viewBox", fmt::format("0 0 {} {:.0f}", k_width, height)},
                  {"role", "img"},
                  {"aria-labelledby", fmt::format("{0}-title {0}-desc", id)}},
                 names + content_);
}

}  // namespace gpupass::study
