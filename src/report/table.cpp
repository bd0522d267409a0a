// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/report/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <climits>
#include <numeric>

#include "gpupass/core/printable.hpp"

namespace gpupass::report {

namespace {

constexpr std::size_t k_gap = 2;  // blanks between columns
constexpr int k_not_missed = 1;   // an importance

/// A column that is shown, and how wide.
struct Fit {
  const Column* column;
  std::size_t index;  // of its cells
  std::size_t least;
  std::size_t width;
};
using Fits = std::vector<Fit>;

std::size_t total(const Fits& fits, std::size_t Fit::*width) {
  return std::accumulate(fits.begin(), fits.end(), fits.empty() ? 0 : (fits.size() - 1) * k_gap,
                         [&](std::size_t sum, const Fit& fit) { return sum + fit.*width; });
}

/// Leaves out the least important columns until the others fit at their narrowest, and those that are not
/// missed until they fit as they are; titles of what will be missed.
std::vector<std::string> leave_out(Fits& fits, std::size_t width) {
  std::vector<std::string> titles;
  while (total(fits, &Fit::width) > width) {
    const auto rank = [](const Fit& fit) {
      return fit.column->importance == 0 ? INT_MAX : fit.column->importance;
    };
    const auto last = std::min_element(fits.rbegin(), fits.rend(),
                                       [&](const Fit& a, const Fit& b) { return rank(a) < rank(b); });
    if (last == fits.rend() || last->column->importance == 0) break;
    const bool missed = last->column->importance > k_not_missed;
    if (missed && total(fits, &Fit::least) <= width) break;
    if (missed) titles.push_back(last->column->title);
    fits.erase(std::prev(last.base()));
  }
  return titles;
}

/// Takes columns from whichever has most to spare, one at a time, until all fit.
void narrow(Fits& fits, std::size_t width) {
  for (auto now = total(fits, &Fit::width); now > width; --now) {
    const auto spare = [](const Fit& fit) { return fit.width - fit.least; };
    const auto widest = std::max_element(fits.begin(), fits.end(),
                                         [&](const Fit& a, const Fit& b) { return spare(a) < spare(b); });
    if (widest == fits.end() || spare(*widest) == 0) return;
    --widest->width;
  }
}

/// The cell's text in its column: shortened, padded, coloured without the padding.
std::string in_column(const Cell& cell, std::size_t width, Align align, bool colour) {
  const auto text = core::shorten(cell.text, width);
  const std::string blanks(width - std::min(width, core::columns(text)), ' ');
  const auto shown = styled(text, cell.style, colour);
  return align == Align::right ? blanks + shown : shown + blanks;
}

std::string line(const Fits& fits, const std::vector<Cell>& row, bool colour) {
  std::string text;
  for (const auto& fit : fits) {
    if (&fit != &fits.front()) text.append(k_gap, ' ');
    text += in_column(row[fit.index], fit.width, fit.column->align, colour);
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

}  // namespace

std::string styled(const std::string& text, Style style, bool colour) {
  if (!colour || style == Style::plain || text.empty()) return text;
  const char* code = "1";
  switch (style) {
    case Style::plain:
    case Style::bold:
      break;
    case Style::dim:
      code = "2";
      break;
    case Style::green:
      code = "32";
      break;
    case Style::yellow:
      code = "33";
      break;
    case Style::red:
      code = "31";
      break;
  }
  return std::string("\x1b[") + code + "m" + text + "\x1b[0m";
}

std::string Table::text(int width, bool colour) const {
  if (rows_.empty()) return "";
  Fits fits;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t widest = 0;
    for (const auto& row : rows_) widest = std::max(widest, core::columns(row[i].text));
    if (widest == 0) continue;
    widest = std::max(widest, core::columns(columns_[i].title));
    const auto least = columns_[i].least == 0 ? widest : std::min(widest, columns_[i].least);
    fits.push_back({&columns_[i], i, least, widest});
  }
  const auto room = static_cast<std::size_t>(std::max(width, 1));
  const auto left_out = leave_out(fits, room);
  narrow(fits, room);

  std::vector<Cell> heading;
  for (const auto& column : columns_) heading.emplace_back(column.title, Style::bold);
  auto lines = line(fits, heading, colour);
  for (const auto& row : rows_) lines += line(fits, row, colour);
  if (!left_out.empty()) {
    lines += styled(fmt::format("(no room for {})", fmt::join(left_out, ", ")), Style::dim, colour) + "\n";
  }
  return lines;
}

}  // namespace gpupass::report
