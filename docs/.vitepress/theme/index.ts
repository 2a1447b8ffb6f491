import Theme from 'vitepress/theme-without-fonts';
import './style.css';

/** The fonts of the reader's system, because a font of ours would be larger than a page. */
export default Theme;
