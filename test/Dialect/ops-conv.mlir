// RUN: h3-opt %s | h3-opt | FileCheck %s
// RUN: h3-opt %s --mlir-print-op-generic | h3-opt | FileCheck %s
// Convolutions and transforms survive printing and parsing: on tensors, on
// memrefs, with their optional operands and without.

// CHECK-LABEL: @conv(
// CHECK-SAME: %[[U:[a-z0-9]+]]: tensor<?x8xf32>, %[[PRE:[a-z0-9]+]]: tensor<?x8xf32>, %[[POST:[a-z0-9]+]]: tensor<?x8xf32>, %[[INIT:[a-z0-9]+]]: tensor<?x8xf32>, %[[ROWS:[a-z0-9]+]]: tensor<500x8xf32>, %[[K:[a-z0-9]+]]: tensor<500x8xf32>, %[[R:[a-z0-9]+]]: tensor<500x8xf32>, %[[SP:[a-z0-9]+]]: tensor<1x512x2x16xf32>, %[[SKIP:[a-z0-9]+]]: tensor<8xf32>, %[[I:[a-z0-9]+]]: tensor<?xi32>, %[[F:[a-z0-9]+]]: tensor<251x2x8xf32>, %[[G:[a-z0-9]+]]: tensor<251x2x8xf32>)
func.func @conv(%u: tensor<?x8xf32>, %pre: tensor<?x8xf32>, %post: tensor<?x8xf32>,
                %init: tensor<?x8xf32>, %rows: tensor<500x8xf32>, %kernel: tensor<500x8xf32>,
                %reversed: tensor<500x8xf32>, %spectrum: tensor<1x512x2x16xf32>,
                %skip: tensor<8xf32>, %starts: tensor<?xi32>, %f: tensor<251x2x8xf32>,
                %g: tensor<251x2x8xf32>) {
  // CHECK: h3.long_conv ins(%[[U]], %[[K]] : tensor<?x8xf32>, tensor<500x8xf32>) batch(%[[I]] : tensor<?xi32>) outs(%[[INIT]] : tensor<?x8xf32>) -> tensor<?x8xf32>{{$}}
  %0 = h3.long_conv ins(%u, %kernel : tensor<?x8xf32>, tensor<500x8xf32>) batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  // CHECK: h3.long_conv form<direct> ins(%[[U]], %[[K]] : tensor<?x8xf32>, tensor<500x8xf32>) reversed(%[[R]] : tensor<500x8xf32>) batch(%[[I]] : tensor<?xi32>) outs(%[[INIT]] : tensor<?x8xf32>) -> tensor<?x8xf32>{{$}}
  %1 = h3.long_conv form<direct> ins(%u, %kernel : tensor<?x8xf32>, tensor<500x8xf32>) reversed(%reversed : tensor<500x8xf32>) batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  // CHECK: h3.long_conv form<fft> ins(%[[U]], %[[K]] : tensor<?x8xf32>, tensor<500x8xf32>) skip(%[[SKIP]] : tensor<8xf32>) batch(%[[I]] : tensor<?xi32>) outs(%[[INIT]] : tensor<?x8xf32>) -> tensor<?x8xf32>{{$}}
  %2 = h3.long_conv form<fft> ins(%u, %kernel : tensor<?x8xf32>, tensor<500x8xf32>) skip(%skip : tensor<8xf32>) batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  // With everything that a causal convolution can have.
  // CHECK: h3.long_conv form<fft> {gelu} ins(%[[U]], %[[K]] : tensor<?x8xf32>, tensor<500x8xf32>) skip(%[[SKIP]] : tensor<8xf32>) pre(%[[PRE]] : tensor<?x8xf32>) post(%[[POST]] : tensor<?x8xf32>) batch(%[[I]] : tensor<?xi32>) outs(%[[INIT]] : tensor<?x8xf32>) -> tensor<?x8xf32>{{$}}
  %3 = h3.long_conv form<fft> {gelu} ins(%u, %kernel : tensor<?x8xf32>, tensor<500x8xf32>) skip(%skip : tensor<8xf32>) pre(%pre : tensor<?x8xf32>) post(%post : tensor<?x8xf32>) batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  // CHECK: h3.long_conv {gelu} ins(%[[U]], %[[K]] : tensor<?x8xf32>, tensor<500x8xf32>) reversed(%[[R]] : tensor<500x8xf32>) skip(%[[SKIP]] : tensor<8xf32>) pre(%[[PRE]] : tensor<?x8xf32>) batch(%[[I]] : tensor<?xi32>) outs(%[[INIT]] : tensor<?x8xf32>) -> tensor<?x8xf32>{{$}}
  %4 = h3.long_conv {gelu} ins(%u, %kernel : tensor<?x8xf32>, tensor<500x8xf32>) reversed(%reversed : tensor<500x8xf32>) skip(%skip : tensor<8xf32>) pre(%pre : tensor<?x8xf32>) batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  // CHECK: h3.long_conv ins(%[[U]], %[[K]] : tensor<?x8xf32>, tensor<500x8xf32>) post(%[[POST]] : tensor<?x8xf32>) batch(%[[I]] : tensor<?xi32>) outs(%[[INIT]] : tensor<?x8xf32>) -> tensor<?x8xf32>{{$}}
  %5 = h3.long_conv ins(%u, %kernel : tensor<?x8xf32>, tensor<500x8xf32>) post(%post : tensor<?x8xf32>) batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  // The kernel as a spectrum.
  // CHECK: h3.long_conv ins(%[[U]], %[[SP]] : tensor<?x8xf32>, tensor<1x512x2x16xf32>) batch(%[[I]] : tensor<?xi32>) outs(%[[INIT]] : tensor<?x8xf32>) -> tensor<?x8xf32>{{$}}
  %6 = h3.long_conv ins(%u, %spectrum : tensor<?x8xf32>, tensor<1x512x2x16xf32>) batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  // CHECK: h3.long_conv form<fft> {gelu} ins(%[[U]], %[[SP]] : tensor<?x8xf32>, tensor<1x512x2x16xf32>) skip(%[[SKIP]] : tensor<8xf32>) pre(%[[PRE]] : tensor<?x8xf32>) post(%[[POST]] : tensor<?x8xf32>) batch(%[[I]] : tensor<?xi32>) outs(%[[INIT]] : tensor<?x8xf32>) -> tensor<?x8xf32>{{$}}
  %7 = h3.long_conv form<fft> {gelu} ins(%u, %spectrum : tensor<?x8xf32>, tensor<1x512x2x16xf32>) skip(%skip : tensor<8xf32>) pre(%pre : tensor<?x8xf32>) post(%post : tensor<?x8xf32>) batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  // Both directions by transforms: a static number of rows.
  // CHECK: h3.long_conv form<fft> ins(%[[ROWS]], %[[K]] : tensor<500x8xf32>, tensor<500x8xf32>) reversed(%[[R]] : tensor<500x8xf32>) batch(%[[I]] : tensor<?xi32>) outs(%[[ROWS]] : tensor<500x8xf32>) -> tensor<500x8xf32>{{$}}
  %8 = h3.long_conv form<fft> ins(%rows, %kernel : tensor<500x8xf32>, tensor<500x8xf32>) reversed(%reversed : tensor<500x8xf32>) batch(%starts : tensor<?xi32>) outs(%rows : tensor<500x8xf32>) -> tensor<500x8xf32>
  // CHECK: h3.long_conv {two_sided} ins(%[[ROWS]], %[[SP]] : tensor<500x8xf32>, tensor<1x512x2x16xf32>) batch(%[[I]] : tensor<?xi32>) outs(%[[ROWS]] : tensor<500x8xf32>) -> tensor<500x8xf32>{{$}}
  %9 = h3.long_conv {two_sided} ins(%rows, %spectrum : tensor<500x8xf32>, tensor<1x512x2x16xf32>) batch(%starts : tensor<?xi32>) outs(%rows : tensor<500x8xf32>) -> tensor<500x8xf32>
  // CHECK: h3.long_conv form<fft> {gelu, two_sided} ins(%[[ROWS]], %[[SP]] : tensor<500x8xf32>, tensor<1x512x2x16xf32>) skip(%[[SKIP]] : tensor<8xf32>) pre(%[[ROWS]] : tensor<500x8xf32>) post(%[[ROWS]] : tensor<500x8xf32>) batch(%[[I]] : tensor<?xi32>) outs(%[[ROWS]] : tensor<500x8xf32>) -> tensor<500x8xf32>{{$}}
  %10 = h3.long_conv form<fft> {gelu, two_sided} ins(%rows, %spectrum : tensor<500x8xf32>, tensor<1x512x2x16xf32>) skip(%skip : tensor<8xf32>) pre(%rows : tensor<500x8xf32>) post(%rows : tensor<500x8xf32>) batch(%starts : tensor<?xi32>) outs(%rows : tensor<500x8xf32>) -> tensor<500x8xf32>
  // CHECK: h3.rfft ins(%[[ROWS]] : tensor<500x8xf32>) outs(%[[F]] : tensor<251x2x8xf32>) -> tensor<251x2x8xf32>{{$}}
  %11 = h3.rfft ins(%rows : tensor<500x8xf32>) outs(%f : tensor<251x2x8xf32>) -> tensor<251x2x8xf32>
  // CHECK: h3.spectral_product ins(%[[F]], %[[G]] : tensor<251x2x8xf32>, tensor<251x2x8xf32>) outs(%[[G]] : tensor<251x2x8xf32>) -> tensor<251x2x8xf32>{{$}}
  %12 = h3.spectral_product ins(%f, %g : tensor<251x2x8xf32>, tensor<251x2x8xf32>) outs(%g : tensor<251x2x8xf32>) -> tensor<251x2x8xf32>
  // CHECK: h3.irfft ins(%[[G]] : tensor<251x2x8xf32>) outs(%[[ROWS]] : tensor<500x8xf32>) -> tensor<500x8xf32>{{$}}
  %13 = h3.irfft ins(%g : tensor<251x2x8xf32>) outs(%rows : tensor<500x8xf32>) -> tensor<500x8xf32>
  return
}

// CHECK-LABEL: @conv_on_memrefs(
// CHECK-SAME: %[[U:[a-z0-9]+]]: memref<?x8xf32>, %[[PRE:[a-z0-9]+]]: memref<?x8xf32>, %[[POST:[a-z0-9]+]]: memref<?x8xf32>, %[[INIT:[a-z0-9]+]]: memref<?x8xf32>, %[[ROWS:[a-z0-9]+]]: memref<500x8xf32>, %[[K:[a-z0-9]+]]: memref<500x8xf32>, %[[R:[a-z0-9]+]]: memref<500x8xf32>, %[[SP:[a-z0-9]+]]: memref<1x512x2x16xf32>, %[[SKIP:[a-z0-9]+]]: memref<8xf32>, %[[I:[a-z0-9]+]]: memref<?xi32>, %[[F:[a-z0-9]+]]: memref<251x2x8xf32>, %[[G:[a-z0-9]+]]: memref<251x2x8xf32>)
func.func @conv_on_memrefs(%u: memref<?x8xf32>, %pre: memref<?x8xf32>, %post: memref<?x8xf32>,
                           %init: memref<?x8xf32>, %rows: memref<500x8xf32>,
                           %kernel: memref<500x8xf32>, %reversed: memref<500x8xf32>,
                           %spectrum: memref<1x512x2x16xf32>, %skip: memref<8xf32>,
                           %starts: memref<?xi32>, %f: memref<251x2x8xf32>,
                           %g: memref<251x2x8xf32>) {
  // CHECK: h3.long_conv ins(%[[U]], %[[K]] : memref<?x8xf32>, memref<500x8xf32>) batch(%[[I]] : memref<?xi32>) outs(%[[INIT]] : memref<?x8xf32>){{$}}
  h3.long_conv ins(%u, %kernel : memref<?x8xf32>, memref<500x8xf32>) batch(%starts : memref<?xi32>) outs(%init : memref<?x8xf32>)
  // CHECK: h3.long_conv form<direct> ins(%[[U]], %[[K]] : memref<?x8xf32>, memref<500x8xf32>) reversed(%[[R]] : memref<500x8xf32>) batch(%[[I]] : memref<?xi32>) outs(%[[INIT]] : memref<?x8xf32>){{$}}
  h3.long_conv form<direct> ins(%u, %kernel : memref<?x8xf32>, memref<500x8xf32>) reversed(%reversed : memref<500x8xf32>) batch(%starts : memref<?xi32>) outs(%init : memref<?x8xf32>)
  // CHECK: h3.long_conv form<fft> ins(%[[U]], %[[K]] : memref<?x8xf32>, memref<500x8xf32>) skip(%[[SKIP]] : memref<8xf32>) batch(%[[I]] : memref<?xi32>) outs(%[[INIT]] : memref<?x8xf32>){{$}}
  h3.long_conv form<fft> ins(%u, %kernel : memref<?x8xf32>, memref<500x8xf32>) skip(%skip : memref<8xf32>) batch(%starts : memref<?xi32>) outs(%init : memref<?x8xf32>)
  // With everything that a causal convolution can have.
  // CHECK: h3.long_conv form<fft> {gelu} ins(%[[U]], %[[K]] : memref<?x8xf32>, memref<500x8xf32>) skip(%[[SKIP]] : memref<8xf32>) pre(%[[PRE]] : memref<?x8xf32>) post(%[[POST]] : memref<?x8xf32>) batch(%[[I]] : memref<?xi32>) outs(%[[INIT]] : memref<?x8xf32>){{$}}
  h3.long_conv form<fft> {gelu} ins(%u, %kernel : memref<?x8xf32>, memref<500x8xf32>) skip(%skip : memref<8xf32>) pre(%pre : memref<?x8xf32>) post(%post : memref<?x8xf32>) batch(%starts : memref<?xi32>) outs(%init : memref<?x8xf32>)
  // CHECK: h3.long_conv {gelu} ins(%[[U]], %[[K]] : memref<?x8xf32>, memref<500x8xf32>) reversed(%[[R]] : memref<500x8xf32>) skip(%[[SKIP]] : memref<8xf32>) pre(%[[PRE]] : memref<?x8xf32>) batch(%[[I]] : memref<?xi32>) outs(%[[INIT]] : memref<?x8xf32>){{$}}
  h3.long_conv {gelu} ins(%u, %kernel : memref<?x8xf32>, memref<500x8xf32>) reversed(%reversed : memref<500x8xf32>) skip(%skip : memref<8xf32>) pre(%pre : memref<?x8xf32>) batch(%starts : memref<?xi32>) outs(%init : memref<?x8xf32>)
  // CHECK: h3.long_conv ins(%[[U]], %[[K]] : memref<?x8xf32>, memref<500x8xf32>) post(%[[POST]] : memref<?x8xf32>) batch(%[[I]] : memref<?xi32>) outs(%[[INIT]] : memref<?x8xf32>){{$}}
  h3.long_conv ins(%u, %kernel : memref<?x8xf32>, memref<500x8xf32>) post(%post : memref<?x8xf32>) batch(%starts : memref<?xi32>) outs(%init : memref<?x8xf32>)
  // The kernel as a spectrum.
  // CHECK: h3.long_conv ins(%[[U]], %[[SP]] : memref<?x8xf32>, memref<1x512x2x16xf32>) batch(%[[I]] : memref<?xi32>) outs(%[[INIT]] : memref<?x8xf32>){{$}}
  h3.long_conv ins(%u, %spectrum : memref<?x8xf32>, memref<1x512x2x16xf32>) batch(%starts : memref<?xi32>) outs(%init : memref<?x8xf32>)
  // CHECK: h3.long_conv form<fft> {gelu} ins(%[[U]], %[[SP]] : memref<?x8xf32>, memref<1x512x2x16xf32>) skip(%[[SKIP]] : memref<8xf32>) pre(%[[PRE]] : memref<?x8xf32>) post(%[[POST]] : memref<?x8xf32>) batch(%[[I]] : memref<?xi32>) outs(%[[INIT]] : memref<?x8xf32>){{$}}
  h3.long_conv form<fft> {gelu} ins(%u, %spectrum : memref<?x8xf32>, memref<1x512x2x16xf32>) skip(%skip : memref<8xf32>) pre(%pre : memref<?x8xf32>) post(%post : memref<?x8xf32>) batch(%starts : memref<?xi32>) outs(%init : memref<?x8xf32>)
  // Both directions by transforms: a static number of rows.
  // CHECK: h3.long_conv form<fft> ins(%[[ROWS]], %[[K]] : memref<500x8xf32>, memref<500x8xf32>) reversed(%[[R]] : memref<500x8xf32>) batch(%[[I]] : memref<?xi32>) outs(%[[ROWS]] : memref<500x8xf32>){{$}}
  h3.long_conv form<fft> ins(%rows, %kernel : memref<500x8xf32>, memref<500x8xf32>) reversed(%reversed : memref<500x8xf32>) batch(%starts : memref<?xi32>) outs(%rows : memref<500x8xf32>)
  // CHECK: h3.long_conv {two_sided} ins(%[[ROWS]], %[[SP]] : memref<500x8xf32>, memref<1x512x2x16xf32>) batch(%[[I]] : memref<?xi32>) outs(%[[ROWS]] : memref<500x8xf32>){{$}}
  h3.long_conv {two_sided} ins(%rows, %spectrum : memref<500x8xf32>, memref<1x512x2x16xf32>) batch(%starts : memref<?xi32>) outs(%rows : memref<500x8xf32>)
  // CHECK: h3.long_conv form<fft> {gelu, two_sided} ins(%[[ROWS]], %[[SP]] : memref<500x8xf32>, memref<1x512x2x16xf32>) skip(%[[SKIP]] : memref<8xf32>) pre(%[[ROWS]] : memref<500x8xf32>) post(%[[ROWS]] : memref<500x8xf32>) batch(%[[I]] : memref<?xi32>) outs(%[[ROWS]] : memref<500x8xf32>){{$}}
  h3.long_conv form<fft> {gelu, two_sided} ins(%rows, %spectrum : memref<500x8xf32>, memref<1x512x2x16xf32>) skip(%skip : memref<8xf32>) pre(%rows : memref<500x8xf32>) post(%rows : memref<500x8xf32>) batch(%starts : memref<?xi32>) outs(%rows : memref<500x8xf32>)
  // CHECK: h3.rfft ins(%[[ROWS]] : memref<500x8xf32>) outs(%[[F]] : memref<251x2x8xf32>){{$}}
  h3.rfft ins(%rows : memref<500x8xf32>) outs(%f : memref<251x2x8xf32>)
  // CHECK: h3.spectral_product ins(%[[F]], %[[G]] : memref<251x2x8xf32>, memref<251x2x8xf32>) outs(%[[G]] : memref<251x2x8xf32>){{$}}
  h3.spectral_product ins(%f, %g : memref<251x2x8xf32>, memref<251x2x8xf32>) outs(%g : memref<251x2x8xf32>)
  // CHECK: h3.irfft ins(%[[G]] : memref<251x2x8xf32>) outs(%[[ROWS]] : memref<500x8xf32>){{$}}
  h3.irfft ins(%g : memref<251x2x8xf32>) outs(%rows : memref<500x8xf32>)
  return
}

// CHECK-LABEL: @transforms
func.func @transforms(%u: tensor<7x3xf32>, %f: tensor<4x2x3xf32>, %p: tensor<?x2x?xf32>,
                      %one: tensor<1x3xf32>, %dc: tensor<1x2x3xf32>) {
  // An odd number of rows, and one.
  // CHECK: h3.rfft ins({{.*}} : tensor<7x3xf32>) outs({{.*}}) -> tensor<4x2x3xf32>
  %0 = h3.rfft ins(%u : tensor<7x3xf32>) outs(%f : tensor<4x2x3xf32>) -> tensor<4x2x3xf32>
  // CHECK: h3.irfft ins({{.*}} : tensor<4x2x3xf32>) outs({{.*}}) -> tensor<7x3xf32>
  %1 = h3.irfft ins(%f : tensor<4x2x3xf32>) outs(%u : tensor<7x3xf32>) -> tensor<7x3xf32>
  // CHECK: h3.rfft ins({{.*}} : tensor<1x3xf32>) outs({{.*}}) -> tensor<1x2x3xf32>
  %2 = h3.rfft ins(%one : tensor<1x3xf32>) outs(%dc : tensor<1x2x3xf32>) -> tensor<1x2x3xf32>
  // The product of spectra of any size.
  // CHECK: h3.spectral_product ins({{.*}} : tensor<?x2x?xf32>, tensor<?x2x?xf32>) outs({{.*}}) -> tensor<?x2x?xf32>
  %3 = h3.spectral_product ins(%p, %p : tensor<?x2x?xf32>, tensor<?x2x?xf32>) outs(%p : tensor<?x2x?xf32>) -> tensor<?x2x?xf32>
  return
}
