/** The pictures of a small site, for a folder that has no manifest. */
export const demoManifest = `defaults:
  quality: medium
  formats: [avif, webp, jpeg]

# A preset's prompt wraps the image's own.
presets:
  house:
    prompt: "{{ prompt }}. Flat vector illustration, warm palette of ochre and teal, no text."

images:
  lighthouse:
    preset: house
    prompt: A lighthouse on a rocky coast at dawn
    alt: A lighthouse on a rocky coast at dawn
    aspect_ratio: "3:2"
    widths: [640, 1280]
    # A phone gets a crop of its own.
    sources: [{ media: "(max-width: 600px)", crop: "3:4" }]

  # One image for each row.
  "{{ id }}":
    each:
      - { id: harbour, prompt: A small harbour with fishing boats, alt: Fishing boats in a harbour }
      - { id: keeper, prompt: A lighthouse keeper reading by a lamp, alt: A keeper reading by a lamp }
      - { id: storm, prompt: Waves against a pier in a storm, alt: Waves against a pier }
    preset: house
    prompt: "{{ prompt }}"
    alt: "{{ alt }}"
    widths: [320, 640]

  shell:
    preset: house
    prompt: A single spiral shell
    alt: A spiral shell
    background: transparent
    widths: [320]
    formats: [webp, png]
`;
