// RUN: split-file %s %t
// RUN: h3-opt %t/good.mlir --h3-distribute-threads --h3-convert-device-calls-to-runtime | FileCheck %t/good.mlir --implicit-check-not=gpu.
// RUN: h3-opt %t/bad.mlir --h3-convert-device-calls-to-runtime -split-input-file -verify-diagnostics

//--- good.mlir
// Memory is bytes; its views have the types that they had. A transform gets the
// length, the columns that take part, and how far a row is from the next.
// CHECK-DAG: func.func private @h3rt_rfft(!llvm.ptr, index, index, index, index, index)
// CHECK-DAG: func.func private @h3rt_irfft(!llvm.ptr, index, index, index, index, index)
// CHECK-DAG: func.func private @h3rt_alloc(!llvm.ptr, index) -> !llvm.ptr
// CHECK-DAG: func.func private @h3rt_free(!llvm.ptr, index)
// CHECK: func.func @f(%[[N:.*]]: index, %[[TEAM:.*]]: !llvm.ptr, %{{.*}}: index, %{{.*}}: index) {
// CHECK: %[[ROW:.*]] = arith.constant 96 : index
// CHECK: %[[BYTES:.*]] = arith.muli %[[ROW]], %[[N]] : index
// CHECK: %[[P:.*]] = call @h3rt_alloc(%[[TEAM]], %[[BYTES]]) : (!llvm.ptr, index) -> !llvm.ptr
// CHECK: %[[SIZE:.*]] = arith.index_cast %[[BYTES]] : index to i64
// CHECK: llvm.insertvalue %[[SIZE]], %{{.*}}[3, 0]
// CHECK: %[[WHOLE:.*]] = builtin.unrealized_conversion_cast %{{.*}} to memref<?xi8>
// CHECK: %[[REAL:.*]] = memref.view %[[WHOLE]][%{{.*}}][%[[N]]] : memref<?xi8> to memref<8x?x3xf32>
// CHECK: call @h3rt_alloc(
// CHECK: %[[COMPLEX:.*]] = memref.view %{{.*}}[%{{.*}}][%[[N]]] : memref<?xi8> to memref<5x?x3x2xf32>
// CHECK: %[[R:.*]] = memref.cast %[[REAL]]
// CHECK: %[[C:.*]] = memref.cast %[[COMPLEX]]
// CHECK: %[[WIDTH:.*]] = memref.dim %[[R]], %c2
// CHECK: %[[COLUMNS:.*]] = arith.muli %[[N]], %[[WIDTH]]
// CHECK: %[[DISTANCE:.*]] = arith.muli %{{.*}}, %{{.*}}
// CHECK: %[[RP:.*]] = memref.extract_aligned_pointer_as_index %[[R]]
// CHECK: %[[CP:.*]] = memref.extract_aligned_pointer_as_index %[[C]]
// CHECK: call @h3rt_rfft(%[[TEAM]], %{{.*}}, %[[COLUMNS]], %[[DISTANCE]], %[[RP]], %[[CP]])
// The inverse reads the complex values and has its length from the real ones.
// CHECK: memref.dim %[[R]], %c2
// CHECK: %[[LENGTH:.*]] = memref.dim %[[R]], %c0
// CHECK: %[[CP:.*]] = memref.extract_aligned_pointer_as_index %[[C]]
// CHECK: %[[RP:.*]] = memref.extract_aligned_pointer_as_index %[[R]]
// CHECK: call @h3rt_irfft(%[[TEAM]], %[[LENGTH]], %{{.*}}, %{{.*}}, %[[CP]], %[[RP]])
// CHECK: %[[RP:.*]] = memref.extract_aligned_pointer_as_index %[[REAL]]
// CHECK: call @h3rt_free(%[[TEAM]], %[[RP]])
// CHECK: call @h3rt_free(
func.func private @h3rt_rfft(memref<?x?x?xf32>, memref<?x?x?x2xf32>, index)
func.func private @h3rt_irfft(memref<?x?x?x2xf32>, memref<?x?x?xf32>, index)
func.func @f(%n: index) {
  %real = gpu.alloc (%n) : memref<8x?x3xf32>
  %complex = gpu.alloc (%n) : memref<5x?x3x2xf32>
  %r = memref.cast %real : memref<8x?x3xf32> to memref<?x?x?xf32>
  %c = memref.cast %complex : memref<5x?x3x2xf32> to memref<?x?x?x2xf32>
  call @h3rt_rfft(%r, %c, %n) : (memref<?x?x?xf32>, memref<?x?x?x2xf32>, index) -> ()
  call @h3rt_irfft(%c, %r, %n) : (memref<?x?x?x2xf32>, memref<?x?x?xf32>, index) -> ()
  gpu.dealloc %real : memref<8x?x3xf32>
  gpu.dealloc %complex : memref<5x?x3x2xf32>
  return
}

//--- bad.mlir
// Without a team there is nobody to ask.
func.func @f(%n: index) {
  // expected-error @below {{h3-convert-device-calls-to-runtime expects 'gpu.alloc' in functions with the arguments of h3-distribute-threads}}
  %x = gpu.alloc (%n) : memref<?xf32>
  return
}

// -----

func.func @f(%team: !llvm.ptr, %thread: index, %threads: index) {
  // expected-error @below {{h3-convert-device-calls-to-runtime expects no async tokens}}
  %x, %token = gpu.alloc async () : memref<8xf32>
  return
}

// -----

func.func @f(%team: !llvm.ptr, %thread: index, %threads: index) {
  // expected-error @below {{h3-convert-device-calls-to-runtime expects buffers without a layout, found 'memref<8xf32, strided<[2]>>'}}
  %x = gpu.alloc () : memref<8xf32, strided<[2]>>
  return
}

// -----

func.func private @h3rt_rfft(memref<?x?xf32>, memref<?x?x2xf32>, index)
func.func @f(%x: memref<?x?xf32>, %s: memref<?x?x2xf32>, %n: index, %team: !llvm.ptr, %thread: index, %threads: index) {
  // expected-error @below {{h3-convert-device-calls-to-runtime expects the call of a transform with a real and a complex buffer and a count}}
  call @h3rt_rfft(%x, %s, %n) : (memref<?x?xf32>, memref<?x?x2xf32>, index) -> ()
  return
}
