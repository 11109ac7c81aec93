// RUN: h3-opt %s --h3-pack-panels=byte-dots -split-input-file -verify-diagnostics

func.func @halves(%x: tensor<?x63xf32>, %w: tensor<100x63xbf16>, %init: tensor<?x100xf32>) -> tensor<?x100xf32> {
  // expected-error@+1 {{'h3.linear' op h3-pack-panels expects columns that are a multiple of 2, found 'tensor<100x63xbf16>'}}
  %0 = h3.linear ins(%x, %w : tensor<?x63xf32>, tensor<100x63xbf16>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return %0 : tensor<?x100xf32>
}

// -----

func.func @bytes(%x: tensor<?x62xf32>, %w: tensor<100x62xi8>, %s: tensor<100xf32>, %init: tensor<?x100xf32>) -> tensor<?x100xf32> {
  // expected-error@+1 {{'h3.linear' op h3-pack-panels expects columns that are a multiple of 4, found 'tensor<100x62xi8>'}}
  %0 = h3.linear ins(%x, %w : tensor<?x62xf32>, tensor<100x62xi8>) scales(%s : tensor<100xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return %0 : tensor<?x100xf32>
}

// -----

func.func @dynamic(%x: tensor<?x64xf32>, %w: tensor<100x?xi8>, %s: tensor<100xf32>, %init: tensor<?x100xf32>) -> tensor<?x100xf32> {
  // expected-error@+1 {{'h3.linear' op h3-pack-panels expects a weight of static shape, found 'tensor<100x?xi8>'}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<100x?xi8>) scales(%s : tensor<100xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return %0 : tensor<?x100xf32>
}
