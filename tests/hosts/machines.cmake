# SPDX-License-Identifier: GPL-2.0-or-later
# Each folder here that has tables or an archive is a machine. Its tree is made again when they change,
# in made/hosts/MACHINE/root of the tests' build, where test::fixture() finds it.
set(hosts ${CMAKE_CURRENT_LIST_DIR})
file(GLOB sources CONFIGURE_DEPENDS ${hosts}/*/machine ${hosts}/*/root.tar.gz)
set(made_machines "")
foreach(source IN LISTS sources)
  get_filename_component(folder ${source} DIRECTORY)
  get_filename_component(name ${folder} NAME)
  set(stamp ${gpupass_made_dir}/hosts/${name}/made)
  add_custom_command(OUTPUT ${stamp}
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${gpupass_made_dir}/hosts/${name}
    COMMAND ${hosts}/construct ${folder} ${gpupass_made_dir}/hosts/${name}/root
    COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    DEPENDS ${source} ${hosts}/construct ${hosts}/pci.ids
    COMMENT "Making the machine ${name}" VERBATIM)
  list(APPEND made_machines ${stamp})
endforeach()
add_custom_target(machines DEPENDS ${made_machines})
