// RUN: split-file %s %t
// RUN: h3-opt %t/good.mlir --h3-convert-to-gpu -split-input-file | FileCheck %t/good.mlir --implicit-check-not="{{ h3\.}}"
// RUN: not h3-opt %t/spectrum.mlir --h3-convert-to-gpu 2>&1 | FileCheck %s --check-prefix=LEFT
// LEFT: error: 'h3.long_conv' is left after h3-convert-to-gpu; it must be on memrefs, its weight in rows, its form a recurrence, and the kernel of a convolution in time

//--- spectrum.mlir
// The CPU's spectrum, in the order of its own transform.
func.func @spectrum(%u: memref<?x8xf32>, %k: memref<1x64x2x8xf32>, %starts: memref<?xi32>, %y: memref<?x8xf32>) {
  h3.long_conv form<fft> ins(%u, %k : memref<?x8xf32>, memref<1x64x2x8xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<?x8xf32>)
  return
}

//--- good.mlir
// 39 rows before 537 make 576 points, the shortest transform that leaves a block
// 513 rows. The host knows neither bounds nor lengths of sequences: T rows of S
// sequences have T / 537 + S blocks at most, and the kernel is one window more.
// CHECK: func.func private @h3rt_irfft(memref<?x?x?x2xf32>, memref<?x?x?xf32>, index)
// CHECK: func.func private @h3rt_rfft(memref<?x?x?xf32>, memref<?x?x?x2xf32>, index)

// Threads are channels, whole warps of them.
// CHECK: gpu.func @long_conv_pad(%arg0: memref<?x8xf32>, %arg1: memref<40x8xf32>, %arg2: memref<8xf32>, %arg3: memref<?x8xf32>, %arg4: memref<?x8xf32>, %arg5: memref<?xi32>, %arg6: memref<?x8xf32>, %[[W:.*]]: memref<576x?x8xf32>, %[[S:.*]]: memref<289x?x8x2xf32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
// CHECK: %[[PLACE:.*]] = gpu.block_id x
// CHECK: %[[BLOCK:.*]] = arith.divui %[[PLACE]], %c576
// CHECK: %[[POINT:.*]] = arith.remui %[[PLACE]], %c576
// CHECK: %[[IS_ROWS:.*]] = arith.cmpi ult, %[[BLOCK]], %{{.*}} : index
// CHECK: scf.if %[[IS_ROWS]] {
// A search for the sequence of the block, the last whose first block's number is
// not above.
// CHECK: scf.while
// CHECK: %[[START:.*]] = memref.load %arg5[%{{.*}}] : memref<?xi32>
// CHECK: arith.divui %{{.*}}, %c537
// CHECK: %[[ABOVE:.*]] = arith.cmpi ult, %[[BLOCK]], %{{.*}} : index
// CHECK: scf.yield
// Rows before the first and behind the last of the sequence are zeros.
// CHECK: %[[I:.*]] = arith.subi %{{.*}}, %c39
// CHECK: %[[EXISTS:.*]] = arith.cmpi ult, %[[I]], %{{.*}} : index
// CHECK: scf.for %[[C:.*]] = %{{.*}} to %c8
// CHECK: %[[V:.*]] = scf.if %[[EXISTS]] -> (f32) {
// CHECK: %[[X:.*]] = memref.load %arg0[%[[ROW:.*]], %[[C]]]
// CHECK: %[[GATE:.*]] = memref.load %arg3[%[[ROW]], %[[C]]]
// CHECK: arith.mulf %[[X]], %[[GATE]]
// CHECK: memref.store %[[V]], %[[W]][%[[POINT]], %[[BLOCK]], %[[C]]]
// CHECK: } else {
// CHECK: %[[TAP:.*]] = scf.if
// CHECK: memref.load %arg1[%[[POINT]], %{{.*}}] : memref<40x8xf32>
// CHECK: memref.store %[[TAP]], %[[W]][%[[POINT]], %[[BLOCK]], %{{.*}}]

// CHECK: gpu.func @long_conv_product({{.*}}, %[[S:.*]]: memref<289x?x8x2xf32>) kernel
// CHECK: %[[LAST:.*]] = arith.subi
// CHECK: %[[X:.*]] = vector.load %[[S]][%[[F:.*]], %[[BLOCK:.*]], %[[C:.*]], %c0] {alignment = 8 : i64}
// CHECK: vector.load %[[S]][%[[F]], %[[LAST]], %[[C]], %c0] {alignment = 8 : i64}
// CHECK: vector.store %{{.*}}, %[[S]][%[[F]], %[[BLOCK]], %[[C]], %c0]

// CHECK: gpu.func @long_conv_finish({{.*}}, %arg6: memref<?x8xf32>, %[[W:.*]]: memref<576x?x8xf32>, %{{.*}}) kernel
// CHECK: %[[ROW:.*]] = gpu.block_id x
// CHECK: %[[SCALE:.*]] = arith.constant 0.00173611112 : f32
// CHECK: %[[SUM:.*]] = memref.load %[[W]][%{{.*}}, %{{.*}}, %[[C:.*]]]
// CHECK: %[[SCALED:.*]] = arith.mulf %[[SUM]], %[[SCALE]]
// CHECK: %[[SKIP:.*]] = memref.load %arg2[%[[C]]]
// CHECK: math.fma %[[SKIP]], %{{.*}}, %[[SCALED]]
// CHECK: math.tanh
// CHECK: %[[POST:.*]] = memref.load %arg4[%[[ROW]], %[[C]]]
// CHECK: %[[Y:.*]] = arith.mulf %[[POST]], %{{.*}}
// CHECK: memref.store %[[Y]], %arg6[%[[ROW]], %[[C]]]

// CHECK: func.func @conv(
// CHECK: %[[ROWS:.*]] = memref.dim %arg0, %c0
// CHECK: %[[WHOLE:.*]] = arith.divui %[[ROWS]], %c537
// CHECK: %[[BLOCKS:.*]] = arith.addi %[[WHOLE]], %{{.*}}
// CHECK: %[[WINDOWS:.*]] = arith.addi %[[BLOCKS]], %c1
// CHECK: %[[W:.*]] = gpu.alloc (%[[WINDOWS]]) : memref<576x?x8xf32>
// CHECK: %[[S:.*]] = gpu.alloc (%[[WINDOWS]]) : memref<289x?x8x2xf32>
// CHECK: gpu.launch_func @kernels::@long_conv_pad
// CHECK: %[[REAL:.*]] = memref.cast %[[W]]
// CHECK: %[[COMPLEX:.*]] = memref.cast %[[S]]
// CHECK: call @h3rt_rfft(%[[REAL]], %[[COMPLEX]], %[[WINDOWS]])
// CHECK: gpu.launch_func @kernels::@long_conv_product
// CHECK: call @h3rt_irfft(%{{.*}}, %{{.*}}, %[[BLOCKS]])
// CHECK: gpu.launch_func @kernels::@long_conv_finish blocks in (%[[ROWS]], %c1{{.*}}, %c1{{.*}}) threads
// CHECK: gpu.dealloc %[[W]]
// CHECK: gpu.dealloc %[[S]]
// CHECK-NEXT: return
func.func @conv(%u: memref<?x8xf32>, %k: memref<40x8xf32>, %d: memref<8xf32>, %p: memref<?x8xf32>, %q: memref<?x8xf32>, %starts: memref<?xi32>, %y: memref<?x8xf32>) {
  h3.long_conv form<fft> {gelu} ins(%u, %k : memref<?x8xf32>, memref<40x8xf32>) skip(%d : memref<8xf32>)
    pre(%p : memref<?x8xf32>) post(%q : memref<?x8xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// Both directions: 19 rows before and 19 behind leave 22 rows of 60 points. A tap
// that reaches ahead stands as far from the end.
// CHECK: gpu.func @long_conv_pad({{.*}}, %[[W:.*]]: memref<60x?x8xf32>, %{{.*}}: memref<31x?x8x2xf32>) kernel
// CHECK: arith.subi %{{.*}}, %c19
// CHECK: } else {
// CHECK: %[[FROM_END:.*]] = arith.subi %c60{{.*}}, %[[POINT:.*]] : index
// CHECK: %[[BACK:.*]] = arith.remui %[[FROM_END]], %c60
// CHECK: memref.load %arg1[%[[POINT]], %[[C:.*]]] : memref<20x8xf32>
// CHECK: memref.load %arg2[%[[BACK]], %[[C]]] : memref<20x8xf32>
// CHECK: arith.addf
func.func @both(%u: memref<20x8xf32>, %k: memref<20x8xf32>, %r: memref<20x8xf32>, %starts: memref<?xi32>, %y: memref<20x8xf32>) {
  h3.long_conv form<fft> ins(%u, %k : memref<20x8xf32>, memref<20x8xf32>) reversed(%r : memref<20x8xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<20x8xf32>)
  return
}

// -----

// Taps beyond the last row reach nothing: 8 before 9 rows.
// CHECK: gpu.func @long_conv_pad({{.*}}, %{{.*}}: memref<20x?x8xf32>, %{{.*}}: memref<11x?x8x2xf32>) kernel
// CHECK: arith.subi %{{.*}}, %c8
func.func @long(%u: memref<9x8xf32>, %k: memref<1000x8xf32>, %starts: memref<?xi32>, %y: memref<9x8xf32>) {
  h3.long_conv form<fft> ins(%u, %k : memref<9x8xf32>, memref<1000x8xf32>) batch(%starts : memref<?xi32>) outs(%y : memref<9x8xf32>)
  return
}

// -----

// A sum over as many taps as there are rows of the sequence up to this one, and
// then over those from it on.
// CHECK: gpu.func @long_conv(%arg0: memref<?x8xf32>, %arg1: memref<4x8xf32>, %arg2: memref<4x8xf32>, %arg3: memref<8xf32>, %arg4: memref<?xi32>, %arg5: memref<?x8xf32>) kernel attributes {known_block_size = array<i32: 256, 1, 1>} {
// CHECK: %[[ROW:.*]] = gpu.block_id x
// CHECK: scf.while
// CHECK: scf.yield
// CHECK: %[[START:.*]] = arith.index_cast
// CHECK: %[[END:.*]] = arith.index_cast
// CHECK: %[[I:.*]] = arith.subi %[[ROW]], %[[START]]
// CHECK: %[[COUNT:.*]] = arith.addi %[[I]], %c1
// CHECK: %[[BEHIND:.*]] = arith.minui %[[COUNT]], %c4
// CHECK: %[[REST:.*]] = arith.subi %[[END]], %[[ROW]]
// CHECK: %[[AHEAD:.*]] = arith.minui %[[REST]], %c4
// CHECK: %[[CAUSAL:.*]] = scf.for %[[TAP:.*]] = %{{.*}} to %[[BEHIND]] step %{{.*}} iter_args(%[[SUM:.*]] = %{{.*}}) -> (f32) {
// CHECK: %[[FROM:.*]] = arith.subi %[[ROW]], %[[TAP]]
// CHECK: %[[X:.*]] = memref.load %arg0[%[[FROM]], %[[C:.*]]]
// CHECK: %[[K:.*]] = memref.load %arg1[%[[TAP]], %[[C]]]
// CHECK: math.fma %[[K]], %[[X]], %[[SUM]]
// CHECK: scf.for %[[TAP:.*]] = %{{.*}} to %[[AHEAD]] step %{{.*}} iter_args(%{{.*}} = %[[CAUSAL]]) -> (f32) {
// CHECK: arith.addi %[[ROW]], %[[TAP]]
// CHECK: memref.load %arg2[%[[TAP]], %[[C]]]
// CHECK: memref.load %arg3[%[[C]]]
// CHECK: memref.store %{{.*}}, %arg5[%[[ROW]], %[[C]]]
// CHECK: func.func @direct(
// CHECK: gpu.launch_func @kernels::@long_conv blocks in
func.func @direct(%u: memref<?x8xf32>, %k: memref<4x8xf32>, %r: memref<4x8xf32>, %d: memref<8xf32>, %starts: memref<?xi32>, %y: memref<?x8xf32>) {
  h3.long_conv form<direct> ins(%u, %k : memref<?x8xf32>, memref<4x8xf32>) reversed(%r : memref<4x8xf32>)
    skip(%d : memref<8xf32>) batch(%starts : memref<?xi32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// Buffers of the host are memory of the device, as long as their block.
// CHECK: func.func @between(
// CHECK: %[[N:.*]] = gpu.alloc (%{{.*}}) : memref<?x8xf32>
// CHECK: gpu.launch_func @kernels::@gather_rows {{.*}}%[[N]]
// CHECK: gpu.launch_func @kernels::@gather_rows_0 {{.*}}%[[N]]
// CHECK-NEXT: gpu.dealloc %[[N]] : memref<?x8xf32>
// CHECK-NEXT: return
func.func @between(%rows: memref<?xi32>, %x: memref<?x8xf32>, %y: memref<?x8xf32>) {
  %c0 = arith.constant 0 : index
  %n = memref.dim %rows, %c0 : memref<?xi32>
  %b = memref.alloc(%n) : memref<?x8xf32>
  h3.gather_rows ins(%rows, %x : memref<?xi32>, memref<?x8xf32>) outs(%b : memref<?x8xf32>)
  h3.gather_rows ins(%rows, %b : memref<?xi32>, memref<?x8xf32>) outs(%y : memref<?x8xf32>)
  return
}
