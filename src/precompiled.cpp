// SPDX-License-Identifier: GPL-2.0-or-later
// Nothing of its own: what this is compiled with are the headers that nearly every file includes, read once
// for all of them (target_precompile_headers in CMakeLists.txt).
