// SPDX-License-Identifier: GPL-2.0-or-later
// `gpupass bind --persist` and `gpupass unbind --persist`: what vfio-pci has from the next boot on.
#pragma once

#include "cli/teller.hpp"
#include "gpupass/session/session.hpp"

namespace gpupass::cli {

struct PersistOptions {
  bool persist = false;
  bool apply = false;
  bool now = false;  // of bind only
};

/// Adds --persist and --apply. Error: usage, for anything that goes with --persist without it.
void add_persist_options(Syntax& syntax, PersistOptions& to);

/// The first with --now binds now, too; otherwise neither touches a driver now.
[[nodiscard]] Result<int> bind_at_boot(Context& context, const ChangeOptions& options,
                                       const session::BindAtBootRequest& request);
[[nodiscard]] Result<int> unbind_at_boot(Context& context, const ChangeOptions& options,
                                         const session::UnbindAtBootRequest& request);

}  // namespace gpupass::cli
