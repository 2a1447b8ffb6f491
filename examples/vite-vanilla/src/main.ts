import windows from 'virtual:tintype/windows/*';
import { pictureHtml } from 'vite-plugin-tintype/picture';

const view = document.querySelector('#view')!;
const buttons = document.querySelectorAll<HTMLButtonElement>('#sides button');

for (const button of buttons) {
  button.addEventListener('click', () => void lookOut(button));
}

/** Loads the module of a window and shows its picture instead of the current one. */
async function lookOut(chosen: HTMLButtonElement): Promise<void> {
  for (const button of buttons) button.setAttribute('aria-pressed', String(button === chosen));
  const side = chosen.value as 'north' | 'east' | 'south' | 'west';
  const { default: picture } = await windows[`windows/${side}`]();
  view.innerHTML = pictureHtml(picture, { loading: 'eager' });
}
