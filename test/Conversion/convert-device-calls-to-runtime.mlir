// RUN: split-file %s %t
// RUN: h3-opt %t/good.mlir --h3-distribute-threads --h3-convert-device-calls-to-runtime | FileCheck %t/good.mlir --implicit-check-not=gpu.
// RUN: h3-opt %t/library.mlir --h3-distribute-threads --h3-convert-device-calls-to-runtime -split-input-file | FileCheck %t/library.mlir --implicit-check-not=h3.linear
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

//--- library.mlir
// A dense layer of a library: type, rows, features, inputs, addresses, flags. Its
// work area is recorded once.
// CHECK: module attributes {h3.library_bytes = 33554432 : i64} {
// CHECK: func.func private @h3rt_linear(!llvm.ptr, index, index, index, index, index, index, index, index, index)
// CHECK: func.func @step(%[[X:.*]]: memref<?x64xf32>, %[[W:.*]]: memref<96x64xf32>, %[[B:.*]]: memref<96xf32>, %[[Y:.*]]: memref<?x96xf32>, %[[TEAM:.*]]: !llvm.ptr, %{{.*}}: index, %{{.*}}: index) {
// CHECK: %[[ROWS:.*]] = memref.dim %[[X]]
// CHECK-DAG: %[[XP:.*]] = memref.extract_aligned_pointer_as_index %[[X]]
// CHECK-DAG: %[[XA:.*]] = arith.addi %[[XP]], %{{.*}} : index
// CHECK-DAG: %[[WP:.*]] = memref.extract_aligned_pointer_as_index %[[W]]
// CHECK-DAG: %[[WA:.*]] = arith.addi %[[WP]], %{{.*}} : index
// CHECK-DAG: %[[BP:.*]] = memref.extract_aligned_pointer_as_index %[[B]]
// CHECK-DAG: %[[BA:.*]] = arith.addi %[[BP]], %{{.*}} : index
// CHECK-DAG: %[[YP:.*]] = memref.extract_aligned_pointer_as_index %[[Y]]
// CHECK-DAG: %[[YA:.*]] = arith.addi %[[YP]], %{{.*}} : index
// CHECK: call @h3rt_linear(%[[TEAM]], %c0{{.*}}, %[[ROWS]], %c96{{.*}}, %c64{{.*}}, %[[XA]], %[[WA]], %[[BA]], %[[YA]], %c1{{.*}})
// CHECK-NEXT: return
func.func @step(%x: memref<?x64xf32>, %w: memref<96x64xf32>, %b: memref<96xf32>, %y: memref<?x96xf32>) {
  h3.linear {gelu, library} ins(%x, %w : memref<?x64xf32>, memref<96x64xf32>) bias(%b : memref<96xf32>) outs(%y : memref<?x96xf32>)
  return
}

// -----

// Halves; no bias is 0; the former output is added; a view starts at its offset.
// CHECK: func.func @step(%[[X:.*]]: memref<?x64xbf16, strided<[64, 1], offset: ?>>,
// CHECK: memref.extract_strided_metadata %[[X]]
// CHECK: arith.muli %{{.*}}, %c2{{.*}} : index
// CHECK: call @h3rt_linear(%{{.*}}, %c2{{.*}}, %{{.*}}, %c96{{.*}}, %c64{{.*}}, %{{.*}}, %{{.*}}, %c0{{.*}}, %{{.*}}, %c2{{.*}})
func.func @step(%x: memref<?x64xbf16, strided<[64, 1], offset: ?>>, %w: memref<96x64xbf16>, %y: memref<?x96xf32>) {
  h3.linear {accumulate, library} ins(%x, %w : memref<?x64xbf16, strided<[64, 1], offset: ?>>, memref<96x64xbf16>) outs(%y : memref<?x96xf32>)
  return
}

// -----

// CHECK: call @h3rt_linear(%{{.*}}, %c1{{.*}}, %{{.*}}, %c96
func.func @step(%x: memref<?x64xf16>, %w: memref<96x64xf16>, %y: memref<?x96xf32>) {
  h3.linear {library} ins(%x, %w : memref<?x64xf16>, memref<96x64xf16>) outs(%y : memref<?x96xf32>)
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

// -----

// A layer that h3-convert-to-gpu should have taken.
func.func @f(%x: memref<?x64xf32>, %w: memref<96x64xf32>, %y: memref<?x96xf32>, %team: !llvm.ptr, %thread: index, %threads: index) {
  // expected-error @below {{h3-convert-device-calls-to-runtime expects dense layers of a library}}
  h3.linear ins(%x, %w : memref<?x64xf32>, memref<96x64xf32>) outs(%y : memref<?x96xf32>)
  return
}
