/** `tintype.images.yaml` as `tintype init` writes it: valid, small, and it shows presets, `each` and responsive widths. */
export const FIRST_MANIFEST = `# yaml-language-server: $schema=./node_modules/@tintype/core/schema/manifest.json

# Every image of this file starts from these.
defaults:
  quality: medium

# A preset's prompt wraps the image's own.
presets:
  brand:
    prompt: "{{ prompt }}. Flat vector illustration, warm palette of ochre and teal, no text."

images:
  # Becomes public/images/hero.avif, hero.webp, hero.jpeg, and each of them 640 pixels wide.
  hero:
    preset: brand
    prompt: A lighthouse keeper reading at dawn
    aspect_ratio: "3:2"
    alt: A lighthouse keeper reading by a window at dawn
    widths: [640]
    formats: [avif, webp, jpeg]

  # One image a row: icon-home and icon-search.
  "icon-{{ name }}":
    each: [{ name: home }, { name: search }]
    preset: brand
    prompt: A {{ name }} icon
    background: transparent
    output_format: png
    decorative: true
`;
