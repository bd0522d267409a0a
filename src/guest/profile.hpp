// SPDX-License-Identifier: GPL-2.0-or-later
// What a profile says to gpupass: an element of its <metadata> in gpupass's own namespace. In the guest's
// domain the same element marks it as made by gpupass.
//
//   <gpupass:guest xmlns:gpupass='urn:gpupass:guest' profile='compute'>
//     <gpupass:step name='pins'/>
//     <gpupass:choice setting='memory balloon' value='none' source='…'>pinned memory cannot
//     …</gpupass:choice>
//   </gpupass:guest>
#pragma once

#include <string>
#include <vector>

#include "gpupass/guest.hpp"
#include "gpupass/virt/document.hpp"

namespace gpupass::guest {

struct Profile {
  std::string name;
  std::vector<std::string> steps;  // in the profile's order
  std::vector<Choice> choices;     // what the profile itself has settled

  [[nodiscard]] bool has(const std::string& step) const;
};

/// Takes what is for gpupass out of a profile and leaves the mark. Error: invalid, for a profile without it.
[[nodiscard]] Result<Profile> take_profile(virt::Document& domain);

/// Writes down a file that goes with the guest.
void mark_file(virt::Document& domain, const std::string& path);

}  // namespace gpupass::guest
