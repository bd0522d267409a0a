// SPDX-License-Identifier: GPL-2.0-or-later
// What cases need, each checked once.
#pragma once

#include <map>

#include "bench/case.hpp"
#include "gpupass/host.hpp"

namespace gpupass::bench {

class NeedsMet {
 public:
  NeedsMet(const Host& host, const Settings& settings) : host_(host), settings_(settings) {}

  /// Errors say what is missing and the remedy.
  [[nodiscard]] Result<> operator()(Needs needs);

 private:
  [[nodiscard]] Result<> look(Needs needs) const;

  const Host& host_;
  const Settings& settings_;
  std::map<Needs, Result<>> seen_;
};

}  // namespace gpupass::bench
