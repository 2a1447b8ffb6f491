import { hallHtml } from './hall.ts';

const hall = document.querySelector('#hall')!;
const lamps = document.querySelector('#lamps')!;

lamps.addEventListener('click', () => {
  const isLit = lamps.getAttribute('aria-pressed') !== 'true';
  lamps.setAttribute('aria-pressed', String(isLit));
  lamps.textContent = isLit ? 'Wait for morning' : 'Light the lamps';
  hall.innerHTML = hallHtml(isLit ? 'evening' : 'morning');
});
