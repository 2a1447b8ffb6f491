/**
 * `tintype.images.yaml` as `tintype init` writes it: valid, small, and it shows presets, `each` and responsive widths.
 * `schema`: the path of the JSON Schema, relative to the file.
 */
export function firstManifest(schema: string): string {
  return `# yaml-language-server: $schema=${schema}

# Every image of this file starts from these.
defaults:
  quality: medium

# A preset's prompt wraps the image's own.
presets:
  brand:
    prompt: "{{ prompt }}. Flat vector illustration, warm palette of ochre and teal, no text."

images:
  # Becomes hero.avif, hero.webp and hero.jpeg, and each of them 640 pixels wide.
  hero:
    preset: brand
    prompt: A lighthouse keeper reading at dawn
    aspect_ratio: "3:2"
    alt: A lighthouse keeper reading by a window at dawn
    widths: [640]
    formats: [avif, webp, jpeg]

  # One image for each row: icon-home and icon-search.
  "icon-{{ name }}":
    each: [{ name: home }, { name: search }]
    preset: brand
    prompt: A {{ name }} icon
    background: transparent
    output_format: png
    decorative: true
`;
}
