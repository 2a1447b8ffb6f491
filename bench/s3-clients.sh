#!/usr/bin/env bash
# How large the S3 clients of npm are, and how long Node takes to import each: the median of five. Needs the registry.
set -euo pipefail
for package in aws4fetch s3mini @bradenmacdonald/s3-lite-client lean-s3 minio @aws-sdk/client-s3; do
  dir=$(mktemp -d)
  cd "$dir"
  echo '{ "type": "module" }' > package.json
  npm install --ignore-scripts --no-audit --no-fund --silent "$package"
  version=$(node -p "require('./node_modules/$package/package.json').version")
  size=$(du -sk node_modules | cut -f1)
  packages=$(npm ls --all --parseable | tail -n +2 | sort -u | wc -l)
  script="const began = performance.now(); await import('$package'); console.log(Math.round(performance.now() - began));"
  ms=$(for _ in 1 2 3 4 5; do node --input-type=module -e "$script"; done | sort -n | sed -n 3p)
  echo "$package $version: $size kB, $packages packages, $ms ms"
  rm -rf "$dir"
done
