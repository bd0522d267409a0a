// SPDX-License-Identifier: GPL-2.0-or-later
// The table of kinds: a row for each name in Step (gpupass/step.hpp).
#pragma once

#include "apply/steps/kind.hpp"

namespace gpupass::apply {

template <class Value>
[[nodiscard]] const Kind<Value>& kind();

// clang-format off
template <> const Kind<LoadModule>& kind();         // load_module.cpp
template <> const Kind<SetDriverOverride>& kind();  // set_driver_override.cpp
template <> const Kind<Unbind>& kind();             // unbind.cpp
template <> const Kind<ProbeDriver>& kind();        // probe_driver.cpp
template <> const Kind<DefineDomain>& kind();       // define_domain.cpp
template <> const Kind<AttachLive>& kind();         // attach_live.cpp
template <> const Kind<DetachLive>& kind();         // detach_live.cpp
template <> const Kind<KeepHold>& kind();           // keep_hold.cpp
template <> const Kind<DropHold>& kind();           // drop_hold.cpp
template <> const Kind<SetFiles>& kind();           // set_files.cpp
template <> const Kind<MakeFolder>& kind();         // make_folder.cpp
template <> const Kind<MakeDisk>& kind();           // make_disk.cpp
template <> const Kind<MakeSeed>& kind();           // make_seed.cpp
template <> const Kind<OpenFolder>& kind();         // open_folder.cpp
template <> const Kind<RemoveFile>& kind();         // remove_file.cpp
template <> const Kind<RemoveFolder>& kind();       // remove_folder.cpp
template <> const Kind<StartDomain>& kind();        // start_domain.cpp
template <> const Kind<RunContainer>& kind();       // run_container.cpp
// clang-format on

}  // namespace gpupass::apply
