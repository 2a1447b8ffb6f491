import tintype from '@tintype/astro';

export default { integrations: [tintype()], devToolbar: { enabled: false } };
