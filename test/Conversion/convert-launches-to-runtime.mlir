// RUN: split-file %s %t
// RUN: h3-opt %t/good.mlir --h3-distribute-threads --h3-convert-launches-to-runtime -split-input-file | FileCheck %t/good.mlir --implicit-check-not=gpu.
// RUN: not h3-opt %t/team.mlir --h3-convert-launches-to-runtime 2>&1 | FileCheck %s --check-prefix=UNTHREADED
// RUN: not h3-opt %t/few.mlir --h3-convert-launches-to-runtime 2>&1 | FileCheck %s --check-prefix=UNTHREADED
// RUN: not h3-opt %t/scalar.mlir --h3-distribute-threads --h3-convert-launches-to-runtime 2>&1 | FileCheck %s --check-prefix=SCALAR

// RUN: h3-opt %t/shapes.mlir --h3-distribute-threads --h3-convert-launches-to-runtime -split-input-file -verify-diagnostics
// UNTHREADED: error: h3-convert-launches-to-runtime expects 'gpu.launch_func' in functions with the arguments of h3-distribute-threads
// SCALAR: error: h3-convert-launches-to-runtime expects kernel arguments that are memrefs, found 'index'

//--- team.mlir
// Three arguments, but the first is no pointer: the threads are not distributed.
module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @one(%x: memref<?xf32>) kernel {
      gpu.return
    }
  }
  func.func @step(%x: memref<?xf32>, %n: index, %m: index) {
    gpu.launch_func @kernels::@one blocks in (%n, %n, %n) threads in (%m, %m, %m) args(%x : memref<?xf32>)
    return
  }
}

//--- few.mlir
// Too few arguments to have a team among them.
module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @none() kernel {
      gpu.return
    }
  }
  func.func @step(%n: index) {
    gpu.launch_func @kernels::@none blocks in (%n, %n, %n) threads in (%n, %n, %n)
    return
  }
}

//--- scalar.mlir
// The layers' operands are memrefs; no other argument has a form in words.
module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @one(%n: index) kernel {
      gpu.return
    }
  }
  func.func @step(%n: index) {
    %c1 = arith.constant 1 : index
    gpu.launch_func @kernels::@one blocks in (%n, %n, %c1) threads in (%n, %c1, %c1) args(%n : index)
    return
  }
}

//--- shapes.mlir
// The runtime's call has two dimensions of blocks and one of threads, and nothing
// else: a third, a second, shared memory or an order would be lost.
module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @none() kernel {
      gpu.return
    }
  }
  func.func @step(%n: index, %bytes: i32) {
    %c1 = arith.constant 1 : index
    // expected-error @below {{h3-convert-launches-to-runtime expects a grid of two dimensions, blocks of one, no dynamic shared memory and no async tokens}}
    gpu.launch_func @kernels::@none blocks in (%n, %n, %n) threads in (%n, %c1, %c1)
    return
  }
}

// -----

module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @none() kernel {
      gpu.return
    }
  }
  func.func @step(%n: index, %bytes: i32) {
    %c1 = arith.constant 1 : index
    // expected-error @below {{h3-convert-launches-to-runtime expects a grid of two dimensions, blocks of one, no dynamic shared memory and no async tokens}}
    gpu.launch_func @kernels::@none blocks in (%n, %n, %c1) threads in (%n, %n, %c1)
    return
  }
}

// -----

module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @none() kernel {
      gpu.return
    }
  }
  func.func @step(%n: index, %bytes: i32) {
    %c1 = arith.constant 1 : index
    // expected-error @below {{h3-convert-launches-to-runtime expects a grid of two dimensions, blocks of one, no dynamic shared memory and no async tokens}}
    gpu.launch_func @kernels::@none blocks in (%n, %n, %c1) threads in (%n, %c1, %n)
    return
  }
}

// -----

module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @none() kernel {
      gpu.return
    }
  }
  func.func @step(%n: index, %bytes: i32) {
    %c1 = arith.constant 1 : index
    // expected-error @below {{h3-convert-launches-to-runtime expects a grid of two dimensions, blocks of one, no dynamic shared memory and no async tokens}}
    gpu.launch_func @kernels::@none blocks in (%n, %n, %c1) threads in (%n, %c1, %c1) dynamic_shared_memory_size %bytes
    return
  }
}

// -----

module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @none() kernel {
      gpu.return
    }
  }
  func.func @step(%n: index, %bytes: i32) {
    %c1 = arith.constant 1 : index
    // expected-error @below {{h3-convert-launches-to-runtime expects a grid of two dimensions, blocks of one, no dynamic shared memory and no async tokens}}
    %token = gpu.launch_func async @kernels::@none blocks in (%n, %n, %c1) threads in (%n, %c1, %c1)
    return
  }
}

//--- good.mlir
// A memref is its pointer twice, as allocated and as aligned, then offset, sizes
// and strides. Kernels have the numbers of their places in the module, not of
// their launches; the names stand on the host's module in this order, and the
// gpu.module is gone.
// CHECK: module attributes {h3.kernels = ["one", "two"]} {
// CHECK: func.func private @h3rt_launch(!llvm.ptr, index, index, index, index, index, index)
// CHECK: func.func @step(%[[X:.*]]: memref<?x8xf32>, %[[Y:.*]]: memref<3x8xf32>, %[[Z:.*]]: memref<?xi32>, %[[N:.*]]: index, %[[TEAM:.*]]: !llvm.ptr, %{{.*}}: index, %{{.*}}: index) {
// CHECK: %{{.*}}, %[[OFFSET:.*]], %[[SIZES:.*]]:2, %[[STRIDES:.*]]:2 = memref.extract_strided_metadata %[[Y]]
// CHECK: %[[P:.*]] = memref.extract_aligned_pointer_as_index %[[Y]]
// CHECK: %{{.*}}, %[[ZOFFSET:.*]], %[[ZSIZE:.*]], %[[ZSTRIDE:.*]] = memref.extract_strided_metadata %[[Z]]
// CHECK: %[[ZP:.*]] = memref.extract_aligned_pointer_as_index %[[Z]]
// CHECK: %[[WORDS:.*]] = memref.alloca() : memref<12xindex>
// CHECK: memref.store %[[P]], %[[WORDS]][%c0]
// CHECK: memref.store %[[P]], %[[WORDS]][%c1{{.*}}]
// CHECK: memref.store %[[OFFSET]], %[[WORDS]][%c2{{.*}}]
// CHECK: memref.store %[[SIZES]]#0, %[[WORDS]][%c3]
// CHECK: memref.store %[[SIZES]]#1, %[[WORDS]][%c4]
// CHECK: memref.store %[[STRIDES]]#0, %[[WORDS]][%c5]
// CHECK: memref.store %[[STRIDES]]#1, %[[WORDS]][%c6]
// CHECK: memref.store %[[ZP]], %[[WORDS]][%c7]
// CHECK: memref.store %[[ZP]], %[[WORDS]][%c8]
// CHECK: memref.store %[[ZOFFSET]], %[[WORDS]][%c9]
// CHECK: memref.store %[[ZSIZE]], %[[WORDS]][%c10]
// CHECK: memref.store %[[ZSTRIDE]], %[[WORDS]][%c11]
// CHECK: %[[ADDRESS:.*]] = memref.extract_aligned_pointer_as_index %[[WORDS]]
// CHECK: %[[TWO:.*]] = arith.constant 1 : index
// CHECK: %[[COUNT:.*]] = arith.constant 12 : index
// CHECK: call @h3rt_launch(%[[TEAM]], %[[TWO]], %[[N]], %c2, %c256, %[[ADDRESS]], %[[COUNT]]) : (!llvm.ptr, index, index, index, index, index, index) -> ()
// CHECK: memref.extract_aligned_pointer_as_index %[[X]]
// CHECK: %[[WORDS:.*]] = memref.alloca() : memref<7xindex>
// CHECK: memref.extract_aligned_pointer_as_index %[[WORDS]]
// CHECK-NEXT: %[[ONE:.*]] = arith.constant 0 : index
// CHECK-NEXT: %[[COUNT:.*]] = arith.constant 7 : index
// CHECK: call @h3rt_launch(%[[TEAM]], %[[ONE]], %[[N]], %c1, %c256, %{{.*}}, %[[COUNT]])
// CHECK-NEXT: return
module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @one(%x: memref<?x8xf32>) kernel {
      gpu.return
    }
    gpu.func @two(%x: memref<3x8xf32>, %y: memref<?xi32>) kernel {
      gpu.return
    }
  }
  func.func @step(%x: memref<?x8xf32>, %y: memref<3x8xf32>, %z: memref<?xi32>, %n: index) {
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c256 = arith.constant 256 : index
    gpu.launch_func @kernels::@two blocks in (%n, %c2, %c1) threads in (%c256, %c1, %c1) args(%y : memref<3x8xf32>, %z : memref<?xi32>)
    gpu.launch_func @kernels::@one blocks in (%n, %c1, %c1) threads in (%c256, %c1, %c1) args(%x : memref<?x8xf32>)
    return
  }
}

// -----

// A view's words are its own: a pointer to the buffer and the offset in it.
// CHECK: h3.kernels = ["one"]
// CHECK: %[[VIEW:.*]] = memref.reinterpret_cast
// CHECK: %{{.*}}, %[[OFFSET:.*]], %{{.*}}, %[[STRIDE:.*]] = memref.extract_strided_metadata %[[VIEW]]
// CHECK: %[[P:.*]] = memref.extract_aligned_pointer_as_index %[[VIEW]]
// CHECK: %[[WORDS:.*]] = memref.alloca() : memref<5xindex>
// CHECK: memref.store %[[P]], %[[WORDS]][%c0{{.*}}]
// CHECK: memref.store %[[OFFSET]], %[[WORDS]][%c2{{.*}}]
// CHECK: memref.store %[[STRIDE]], %[[WORDS]][%c4{{.*}}]
module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @one(%x: memref<?xf32, strided<[2], offset: ?>>) kernel {
      gpu.return
    }
  }
  func.func @step(%x: memref<?xf32>, %n: index) {
    %view = memref.reinterpret_cast %x to offset: [%n], sizes: [%n], strides: [2] : memref<?xf32> to memref<?xf32, strided<[2], offset: ?>>
    %c1 = arith.constant 1 : index
    gpu.launch_func @kernels::@one blocks in (%n, %n, %c1) threads in (%n, %c1, %c1) args(%view : memref<?xf32, strided<[2], offset: ?>>)
    return
  }
}

// -----

// A module without launches has no kernels, and no launch is declared.
// CHECK: module attributes {h3.kernels = []} {
// CHECK-NOT: @h3rt_launch
// CHECK: func.func @step(
// CHECK-NEXT: return
func.func @step() {
  return
}
