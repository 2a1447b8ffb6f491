import { component$, type QwikIntrinsicElements } from '@builder.io/qwik';
import { pictureAttributes, type PictureProps } from 'vite-plugin-tintype/components';

type Props = PictureProps & Omit<QwikIntrinsicElements['img'], keyof PictureProps>;

/** Qwik compiles components in the project that uses them, so this one is not in a package. */
export const Picture = component$<Props>((props) => {
  const { sources, img } = pictureAttributes({ ...props });
  return (
    <picture>
      {sources.map((source) => (
        <source key={`${source['media']} ${source['type']}`} {...source} />
      ))}
      <img {...img} />
    </picture>
  );
});
