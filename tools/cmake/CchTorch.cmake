# LibTorch as our own target cch_torch: find_package(Torch) of a CUDA build stops where no CUDA
# toolkit is installed, and nothing here needs one.
#
# CCH_TORCH_ROOT is a folder with include/ and lib/, such as site-packages/torch of an installed
# PyTorch; empty means the distribution's.
set(CCH_TORCH_ROOT "" CACHE PATH "LibTorch to build with (empty: the distribution's)")

function(cch_find_torch)
  if(CCH_TORCH_ROOT)
    set(hints PATHS ${CCH_TORCH_ROOT} NO_DEFAULT_PATH)
  endif()
  find_path(CCH_TORCH_INCLUDE torch/csrc/api/include/torch/torch.h PATH_SUFFIXES include ${hints})
  foreach(library torch torch_cpu c10)
    find_library(CCH_TORCH_${library} ${library} PATH_SUFFIXES lib ${hints})
    if(NOT CCH_TORCH_${library} OR NOT CCH_TORCH_INCLUDE)
      message(FATAL_ERROR "LibTorch was not found${CCH_TORCH_ROOT}. Install libtorch-dev, or set "
        "CCH_TORCH_ROOT to a folder with its include/ and lib/, or configure with -DCCH_WITH_TORCH=OFF.")
    endif()
  endforeach()
  set(numbers_file ${CCH_TORCH_INCLUDE}/torch/headeronly/version.h)  # since 2.9
  if(NOT EXISTS ${numbers_file})
    set(numbers_file ${CCH_TORCH_INCLUDE}/torch/csrc/api/include/torch/version.h)
  endif()
  file(STRINGS ${numbers_file} numbers REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
  list(TRANSFORM numbers REPLACE ".* " "")
  list(JOIN numbers "." version)

  add_library(cch_torch INTERFACE)
  target_include_directories(cch_torch SYSTEM INTERFACE ${CCH_TORCH_INCLUDE} ${CCH_TORCH_INCLUDE}/torch/csrc/api/include)
  target_link_libraries(cch_torch INTERFACE ${CCH_TORCH_torch} ${CCH_TORCH_torch_cpu} ${CCH_TORCH_c10})
  # CUDA registers itself when its libraries are loaded; no symbol of ours would ask for them, so
  # the linker must keep them. What they need in turn lies with the PyTorch that is run with.
  if(CCH_TORCH_ROOT)
    find_library(CCH_TORCH_torch_cuda torch_cuda PATH_SUFFIXES lib ${hints})
    find_library(CCH_TORCH_c10_cuda c10_cuda PATH_SUFFIXES lib ${hints})
    if(CCH_TORCH_torch_cuda AND CCH_TORCH_c10_cuda)
      target_link_libraries(cch_torch INTERFACE
        -Wl,--no-as-needed ${CCH_TORCH_torch_cuda} ${CCH_TORCH_c10_cuda} -Wl,--as-needed)
      set(version "${version} with CUDA")
    endif()
    target_link_options(cch_torch INTERFACE -Wl,--allow-shlib-undefined)
  endif()
  message(STATUS "LibTorch ${version} (${CCH_TORCH_torch})")
endfunction()
