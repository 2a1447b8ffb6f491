/// <reference types="@tintype/core/client" />
