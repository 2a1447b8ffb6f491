document.body.append('Tintype');
